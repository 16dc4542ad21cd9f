// How the body takes part in the signature: by a declared hash, by its own hash, by the chunks, or not at all.
import { createHash } from "node:crypto";
import type { WireRequest } from "../../protocol/wire.ts";
import { collectedBody, readBody } from "../body.ts";
import type { Authorization } from "./authorization.ts";
import { unframe } from "./chunked-body.ts";
import { missingPayloadHash, payloadFormNotServed, payloadMismatch, unknownTrailer } from "./faults.ts";
import { sha256, type SigningScope, sha256OfNothing } from "./signing.ts";

export interface Payload {
  /** What the canonical request ends with. */
  readonly hash: string;
  /** The request with a body that checks itself while it is read: a wrong one ends in a fault, never in its end. */
  checked(scope: SigningScope): WireRequest;
}

const unsignedPayload = "UNSIGNED-PAYLOAD";

export async function payloadOf(request: WireRequest, { form, service, signature }: Authorization): Promise<Payload> {
  const isS3 = service === "s3" || service === "s3express";
  const declared = request.headers["x-amz-content-sha256"] ?? hoistedHash(request, form);
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared)) {
    return { hash: declared, checked: () => ({ ...request, body: hashed(request.body, declared) }) };
  }
  if (isS3 && declared === undefined && form === "header") throw missingPayloadHash();
  if (isS3 && (declared ?? unsignedPayload) === unsignedPayload) {
    return { hash: unsignedPayload, checked: () => request };
  }
  if (isS3 && declared?.startsWith("STREAMING-") === true) {
    return { hash: declared, checked: (scope) => unframed(request, { scope, seed: signature }) };
  }
  // Services other than S3 sign the body and nothing but the body.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  if (declared !== undefined) throw payloadFormNotServed(declared);
  const body = await readBody(request.body);
  return { hash: body.byteLength === 0 ? sha256OfNothing : sha256(body), checked: () => ({ ...request, body: collectedBody(body) }) };
}

/** Takes off the framing of a request whose signature nobody verifies. */
export const unframedUnverified = (request: WireRequest): WireRequest =>
  request.headers["x-amz-content-sha256"]?.startsWith("STREAMING-") === true ? unframed(request, undefined) : request;

/** The request as if it had been sent without `aws-chunked`; its headers gain the trailers at the end of the body. */
function unframed(request: WireRequest, signing: { scope: SigningScope; seed: string } | undefined): WireRequest {
  const headers: Record<string, string> = { ...request.headers };
  const form = headers["x-amz-content-sha256"] ?? "";
  const parts = /^STREAMING-(AWS4-HMAC-SHA256|UNSIGNED)-PAYLOAD(-TRAILER)?$/.exec(form);
  if (parts === null || form === "STREAMING-UNSIGNED-PAYLOAD") throw payloadFormNotServed(form);
  const { "x-amz-decoded-content-length": length, "content-encoding": encodings } = headers;
  const codings = encodings?.split(",").map((coding) => coding.trim()).filter((coding) => coding !== "aws-chunked");
  delete headers["content-encoding"];
  delete headers["content-length"];
  if (codings !== undefined && codings.length > 0) headers["content-encoding"] = codings.join(",");
  const decodedBytes = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  if (decodedBytes !== undefined) headers["content-length"] = String(decodedBytes);
  const body = unframe(request.body, {
    decodedBytes,
    trailerNames: parts[2] === undefined ? [] : announcedTrailers(headers["x-amz-trailer"]),
    signing: parts[1] === "UNSIGNED" ? undefined : signing,
    onTrailer: (name, value) => void (headers[name] = value),
  });
  return { ...request, headers, body };
}

/** Only checksums may be sent after the body: any other name could replace a header that has been acted upon. */
function announcedTrailers(header: string | undefined): readonly string[] {
  const names = (header ?? "").toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (!names.every((name) => /^x-amz-checksum-[a-z0-9]+$/.test(name))) throw unknownTrailer();
  return names;
}

/** Presigning moves headers into the query. */
function hoistedHash({ query }: WireRequest, form: Authorization["form"]): string | undefined {
  if (form !== "presigned" || !/x-amz-content-sha256/i.test(query)) return undefined;
  const parameters = new URLSearchParams(query);
  return parameters.get("X-Amz-Content-Sha256") ?? parameters.get("x-amz-content-sha256") ?? undefined;
}

async function* hashed(body: AsyncIterable<Uint8Array>, expected: string): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  for await (const chunk of body) {
    digest.update(chunk);
    yield chunk;
  }
  if (digest.digest("hex") !== expected) throw payloadMismatch();
}
