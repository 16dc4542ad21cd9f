import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { systemIds } from "../../core/ids.ts";
import type { WireResponse } from "../../protocol/wire.ts";
import { type Asked, type Echo, echoOf, gatewayParts, operatorKey, ownRoute, pipelineOf, registryOf, settings, textOf } from "../echo.case.ts";
import { CredentialStore } from "./credentials.ts";

const now = new Date("2026-11-21T12:00:00Z");
const credentials = new CredentialStore(systemIds, [operatorKey]);
const clock = new ManualClock(now.getTime());
const parts = gatewayParts({
  settings: { ...settings, auth: "on" },
  registry: registryOf(["lambda", "s3", "sqs", "sts"]),
  credentials,
});
const ask = pipelineOf(parts, clock);

interface Draft {
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Key = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

function draftOf(draft: Draft): { signer: (key: Key) => SignatureV4; request: HttpRequest } {
  const { service = "lambda", method = "POST", path = "/2015-03-31/functions", query = {}, headers = {}, body } = draft;
  const signer = (key: Key): SignatureV4 =>
    new SignatureV4({ service, region: "eu-west-1", credentials: key, sha256: Sha256, uriEscapePath: service !== "s3" });
  const request = new HttpRequest({ method, protocol: "http:", hostname: "localhost", path, query, headers: { host: "localhost:4566", ...headers }, body });
  return { signer, request };
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** As the client would put it on the wire. */
function askedOf({ method, path, query, headers, body }: Signed): Asked {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).map((one) => `${encode(name)}=${encode(one)}`),
  );
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path, query: pairs.join("&"), headers: lower, body: typeof body === "string" ? body : "" };
}

async function signed(draft: Draft = {}, key: Key = operatorKey, signingDate = now): Promise<Asked> {
  const { signer, request } = draftOf(draft);
  return askedOf(await signer(key).sign(request, { signingDate }));
}

async function presigned(draft: Draft, expiresIn: number, signingDate = now): Promise<Asked> {
  const { signer, request } = draftOf(draft);
  return askedOf(await signer(operatorKey).presign(request, { expiresIn, signingDate }));
}

const errorOf = (response: WireResponse): [number, string] => [
  response.status,
  response.headers["x-amzn-ErrorType"] ?? /<Code>(.*)<\/Code>/.exec(textOf(response))?.[1] ?? JSON.parse(textOf(response))["__type"],
];
const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);

describe("a request signed by the official signer is let in", () => {
  test.each<[string, Draft]>([
    ["with a body", { body: '{"FunctionName":"f"}' }],
    ["without a body", { method: "GET" }],
    ["with a path that is encoded", { path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af%3A%24LATEST" }],
    ["with a path to normalise", { path: "/2015-03-31//functions/./a/../b/" }],
    ["with a query out of order", { query: { Z: "1", a: "2", B: ["y", "x"], empty: "", "sp ace": "a+b&c=d/é!'()*" } }],
    ["with headers of odd spacing", { headers: { "x-amz-client-context": "  a   b  ", "X-Custom": "c" } }],
    ["of S3, whose paths are taken as they are", { service: "s3", path: "/bucket/a//b/../%20c%2B", method: "PUT", body: "data" }],
    ["of S3 without a hash of the body", { service: "s3", path: "/bucket/key", method: "PUT", body: "data", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }],
  ])("%s", async (_, draft) => {
    const response = await ask(await signed(draft));
    expect([response.status, textOf(response)]).toEqual([200, expect.stringContaining('"kind":"root"')]);
    expect(echoOf(response)).toMatchObject({ region: "eu-west-1", account: "000000000000", body: draft.body ?? "" });
  });

  test("whatever its path, query, headers and body", async () => {
    const text = fc.string({ unit: "binary", maxLength: 8 }).filter((candidate) => candidate.isWellFormed());
    const header = fc.stringMatching(/^[!-~]([ -~]{0,12}[!-~])?$/);
    const draft = fc.record({
      service: fc.constantFrom("lambda", "s3"),
      method: fc.constantFrom("GET", "PUT", "POST", "DELETE"),
      path: fc.array(text, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.map(encode).join("/")}`),
      query: fc.dictionary(text.filter((name) => name !== "" && !/^x-amz-/i.test(name)), fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), { maxKeys: 4 }),
      headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,4}-[a-z]{1,4}$/), header, { maxKeys: 3 }),
      body: fc.string(),
    });
    await fc.assert(
      fc.asyncProperty(draft, async (one) => {
        expect((await ask(await signed(one))).status).toBe(200);
      }),
      { numRuns: 200 },
    );
  });

  test("when it leaves the hash of its body to us, as boto3 does", async () => {
    const { signer: _, request } = draftOf({ body: "hello" });
    const bare = new SignatureV4({ service: "lambda", region: "eu-west-1", credentials: operatorKey, sha256: Sha256, applyChecksum: false });
    const asked = askedOf(await bare.sign(request, { signingDate: now }));
    expect(asked.headers?.["x-amz-content-sha256"]).toBeUndefined();
    expect(echoOf(await ask(asked)).body).toBe("hello");
    expect(errorOf(await ask({ ...asked, body: "hellO" }))).toEqual([403, "InvalidSignatureException"]);
  });

  test("with the key of a role, which then is the caller", async () => {
    const source = { sessionName: "session", functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:f" };
    const key = credentials.issue("arn:aws:iam::123456789012:role/service/r", source);
    expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(echoOf(await ask(await signed({ body: "x" }, key)))).toMatchObject({
      account: "123456789012",
      principal: { kind: "role", accessKeyId: key.accessKeyId, roleArn: "arn:aws:iam::123456789012:role/service/r", ...source },
    });
    expect(errorOf(await ask(await signed({}, { ...key, sessionToken: "other" })))).toEqual([403, "UnrecognizedClientException"]);
    const { sessionToken: _, ...tokenless } = key;
    expect(errorOf(await ask(await signed({}, tokenless)))).toEqual([403, "UnrecognizedClientException"]);
    const asked = await signed({}, key);
    credentials.revoke(key.accessKeyId);
    expect(errorOf(await ask(asked))).toEqual([403, "ExpiredTokenException"]);
  });
});

describe("a request is refused", () => {
  test.each<[string, (asked: Asked) => Asked]>([
    ["method", (asked) => ({ ...asked, method: "PUT" })],
    ["path", (asked) => ({ ...asked, path: "/2015-03-31/functions/g" })],
    ["query", (asked) => ({ ...asked, query: "Qualifier=2" })],
    ["query, by a parameter more", (asked) => ({ ...asked, query: "Qualifier=1&x" })],
    ["host", (asked) => ({ ...asked, headers: { ...asked.headers, host: "127.0.0.1:4566" } })],
    ["signed header", (asked) => ({ ...asked, headers: { ...asked.headers, "x-amz-log-type": "None" } })],
    ["unsigned x-amz- header", (asked) => ({ ...asked, headers: { ...asked.headers, "x-amz-invocation-type": "Event" } })],
    ["body", (asked) => ({ ...asked, body: "hellO" })],
    ["body, cut", (asked) => ({ ...asked, body: "hell" })],
    ["signature", (asked) => ({ ...asked, headers: { ...asked.headers, authorization: asked.headers?.["authorization"]?.replace(/.$/, (last) => (last === "0" ? "1" : "0")) ?? "" } })],
    ["length of the signature", (asked) => ({ ...asked, headers: { ...asked.headers, authorization: asked.headers?.["authorization"]?.slice(0, -1) ?? "" } })],
  ])("when somebody changed its %s", async (_, change) => {
    const asked = await signed({ body: "hello", query: { Qualifier: "1" }, headers: { "x-amz-log-type": "Tail" } });
    expect((await ask(asked)).status).toBe(200);
    expect(errorOf(await ask(change(asked)))).toEqual([403, "InvalidSignatureException"]);
  });

  test("when its key is not known, before its body is read", async () => {
    const asked = await signed({ body: "x" }, { ...operatorKey, accessKeyId: "AKIAUNKNOWN" });
    const { "x-amz-content-sha256": _, ...headers } = asked.headers ?? {};
    const body = {
      [Symbol.asyncIterator]: () => {
        throw new Error("the body was read");
      },
    };
    expect(errorOf(await ask({ ...asked, headers, body }))).toEqual([403, "UnrecognizedClientException"]);
  });

  test("when its secret is another", async () => {
    expect(errorOf(await ask(await signed({}, { ...operatorKey, secretAccessKey: "other" })))).toEqual([403, "InvalidSignatureException"]);
  });

  test("when it was signed more than 15 minutes away from now", async () => {
    expect((await ask(await signed({}, operatorKey, minutes(-15)))).status).toBe(200);
    expect((await ask(await signed({}, operatorKey, minutes(15)))).status).toBe(200);
    const late = await ask(await signed({}, operatorKey, minutes(-15.1)));
    expect(textOf(late)).toContain("Signature expired: 20261121T114454Z is now earlier than 20261121T114500Z (20261121T120000Z - 15 min.)");
    const early = await ask(await signed({}, operatorKey, minutes(15.1)));
    expect(textOf(early)).toContain("Signature not yet current: 20261121T121506Z is still later than 20261121T121500Z");
  });

  test("when it was signed for another service than the one it is routed to", async () => {
    const asked = await signed({ service: "sqs", headers: { "x-amz-target": "AmazonSQS.SendMessage" } });
    const response = await ask({ ...asked, headers: { ...asked.headers, authorization: asked.headers?.["authorization"]?.replace("/sqs/", "/lambda/") ?? "" } });
    expect(textOf(response)).toContain("Credential should be scoped to correct service: 'sqs'.");
  });

  test("when its scope is of another day than its date", async () => {
    const asked = await signed();
    const response = await ask({ ...asked, headers: { ...asked.headers, authorization: asked.headers?.["authorization"]?.replace("/20261121/", "/20261120/") ?? "" } });
    expect(textOf(response)).toContain("'20261120' != '20261121', from '20261121T120000Z'");
  });

  test("when it does not sign its host", async () => {
    const { signer, request } = draftOf({});
    const asked = askedOf(await signer(operatorKey).sign(request, { signingDate: now, unsignableHeaders: new Set(["host"]) }));
    expect(textOf(await ask(asked))).toContain("'Host' must be a 'SignedHeader'");
  });

  test.each<[string, Record<string, string>, [number, string]]>([
    ["no signature", {}, [403, "MissingAuthenticationTokenException"]],
    ["a bearer token", { authorization: "Bearer x" }, [403, "MissingAuthenticationTokenException"]],
    ["no credential", { authorization: "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["a short credential", { authorization: "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["no signed headers", { authorization: "AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1/lambda/aws4_request, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["no date", { authorization: "AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["a wrong date", { "x-amz-date": "__proto__", authorization: "AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["Signature Version 4A", { authorization: "AWS4-ECDSA-P256-SHA256 Credential=a/20261121/lambda/aws4_request, SignedHeaders=host, Signature=0" }, [400, "IncompleteSignatureException"]],
    ["a signed header that is Object's own", { "x-amz-date": "20261121T120000Z", authorization: `AWS4-HMAC-SHA256 Credential=${operatorKey.accessKeyId}/20261121/eu-west-1/lambda/aws4_request, SignedHeaders=host;x-amz-date;constructor, Signature=0` }, [403, "InvalidSignatureException"]],
  ])("when it carries %s", async (_, headers, expected) => {
    expect(errorOf(await ask({ path: "/2015-03-31/functions", headers }))).toEqual(expected);
  });

  test("in the words of the service that was asked", async () => {
    const stranger = { ...operatorKey, accessKeyId: "AKIAUNKNOWN" };
    const xml = { "content-type": "application/x-www-form-urlencoded" };
    const target = { "x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0" };
    expect(errorOf(await ask(await signed({ service: "sts", headers: xml }, stranger)))).toEqual([403, "InvalidClientTokenId"]);
    expect(errorOf(await ask(await signed({ service: "sqs", headers: target }, stranger)))).toEqual([400, "UnrecognizedClientException"]);
    expect(errorOf(await ask(await signed({ service: "s3", path: "/b/k" }, stranger)))).toEqual([403, "InvalidAccessKeyId"]);
    expect(errorOf(await ask(await signed({ service: "s3", path: "/b/k" }, operatorKey, minutes(-20))))).toEqual([403, "RequestTimeTooSkewed"]);
    const s3 = await signed({ service: "s3", path: "/b/k", method: "PUT", body: "hello" });
    expect(errorOf(await ask({ ...s3, body: "hellO" }))).toEqual([400, "XAmzContentSHA256Mismatch"]);
  });
});

describe("a presigned URL", () => {
  const get: Draft = { method: "GET", path: "/2015-03-31/functions/f" };

  test("is let in until it expires", async () => {
    expect(echoOf(await ask(await presigned(get, 60)))).toMatchObject({ principal: { kind: "root" } satisfies Partial<Echo["principal"]> });
    expect((await ask(await presigned(get, 60, minutes(-1)))).status).toBe(200);
    expect(errorOf(await ask(await presigned(get, 59, minutes(-1))))).toEqual([403, "InvalidSignatureException"]);
    expect((await ask(await presigned(get, 604_800, minutes(-60 * 24 * 6)))).status).toBe(200);
  });

  test("of S3 covers no body", async () => {
    const put: Draft = { service: "s3", method: "PUT", path: "/bucket/a%20b", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
    const asked = await presigned(put, 60);
    expect(echoOf(await ask({ ...asked, body: "anything" })).body).toBe("anything");
    expect(errorOf(await ask({ ...asked, path: "/bucket/b" }))).toEqual([403, "SignatureDoesNotMatch"]);
    expect(errorOf(await ask(await presigned(put, 1, minutes(-1))))).toEqual([403, "AccessDenied"]);
  });

  test.each<[string, (query: string) => string]>([
    ["lives longer", (query) => query.replace("X-Amz-Expires=60", "X-Amz-Expires=600")],
    ["lives for ever", (query) => query.replace("X-Amz-Expires=60", "X-Amz-Expires=999999999")],
    ["has no lifetime", (query) => query.replace("X-Amz-Expires=60", "")],
    ["has a lifetime below zero", (query) => query.replace("X-Amz-Expires=60", "X-Amz-Expires=-1")],
    ["asks for more", (query) => `${query}&Qualifier=2`],
    ["is not UTF-8", (query) => `${query}&a=%FF`],
    ["has another date", (query) => query.replace("X-Amz-Date=20261121T120000Z", "X-Amz-Date=20261121T120001Z")],
    ["has no signature", (query) => query.replace(/&?X-Amz-Signature=[0-9a-f]*/, "")],
  ])("that %s than it was signed is refused", async (_, change) => {
    const asked = await presigned(get, 60);
    const response = await ask({ ...asked, query: change(asked.query ?? "") });
    expect([400, 403]).toContain(response.status);
  });
});

test("routes of Lambent's own want a signature unless they are open", async () => {
  const guarded = pipelineOf({ ...parts, extraRoutes: [ownRoute("/_lambent/a", "signed"), ownRoute("/_lambent/b", "open")] }, clock);
  expect((await guarded({ path: "/_lambent/a" })).status).toBe(403);
  expect((await guarded({ path: "/_lambent/b" })).status).toBe(200);
  expect((await guarded(await signed({ method: "GET", path: "/_lambent/a" }))).status).toBe(200);
});
