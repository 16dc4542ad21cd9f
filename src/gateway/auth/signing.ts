// Signature Version 4's arithmetic: derived keys, the string to sign, the signature.
import { createHmac, hash } from "node:crypto";
import type { Authorization } from "./authorization.ts";
import type { KnownKey } from "./credentials.ts";

/** Derived keys kept an access key: a day and its neighbour, over a few regions and services. */
const keptSigningKeys = 64;

/** What a chunk or a trailer is signed with, after the request that announced it. */
export interface SigningScope {
  readonly key: Buffer;
  /** `20261121T120000Z`. */
  readonly time: string;
  /** `20261121/eu-west-1/s3/aws4_request`. */
  readonly scope: string;
}

export const sha256 = (data: string | Uint8Array): string => hash("sha256", data);
export const sha256OfNothing = sha256("");

export function signingScope(key: KnownKey, { day, region, service }: Authorization, time: string): SigningScope {
  const scope = `${day}/${region}/${service}/aws4_request`;
  let derived = key.signingKeys.get(scope);
  if (derived === undefined) {
    derived = [day, region, service, "aws4_request"].reduce<Buffer>(
      (previous, part) => createHmac("sha256", previous).update(part).digest(),
      Buffer.from(`AWS4${key.secretAccessKey}`),
    );
    const oldest = key.signingKeys.keys().next();
    if (key.signingKeys.size >= keptSigningKeys && oldest.done !== true) key.signingKeys.delete(oldest.value);
    key.signingKeys.set(scope, derived);
  }
  return { key: derived, time, scope };
}

export const signRequest = ({ key, time, scope }: SigningScope, canonicalRequest: string): string =>
  hmacHex(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest)}`);

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
export const signChunk = ({ key, time, scope }: SigningScope, previous: string, chunkHash: string): string =>
  hmacHex(key, `AWS4-HMAC-SHA256-PAYLOAD\n${time}\n${scope}\n${previous}\n${sha256OfNothing}\n${chunkHash}`);

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
export const signTrailer = ({ key, time, scope }: SigningScope, previous: string, trailer: string): string =>
  hmacHex(key, `AWS4-HMAC-SHA256-TRAILER\n${time}\n${scope}\n${previous}\n${sha256(trailer)}`);

const hmacHex = (key: Buffer, text: string): string => createHmac("sha256", key).update(text).digest("hex");
