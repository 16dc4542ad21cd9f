// Which requests are for function URLs, and as what they reach the room of the URLs.
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "vitest";
import { Fault } from "../core/faults.ts";
import type { WireResponse } from "../protocol/wire.ts";
import type { SignedCaller, UrlRequest } from "../triggers/http/function-url/function-urls.ts";
import { type Asked, echoOf, gatewayParts, operatorKey, pipelineOf, settings, textOf } from "./echo.case.ts";

const id = "abcdefghijklmnopqrstuvwxyz012345";
const host = `${id}.lambda-url.eu-west-1.localhost:4566`;

/** Serves a URL that answers with what reached it, and with whom `look` finds. */
function pipeline(auth: "on" | "off" = "off", look: (request: UrlRequest) => Promise<unknown> = async () => undefined) {
  const serve = async (request: UrlRequest): Promise<WireResponse> => {
    const { urlId, region, wire, endpoint } = request;
    const found = await look(request);
    return { status: 299, headers: {}, body: JSON.stringify({ urlId, region, method: wire.method, path: wire.path, query: wire.query, endpoint, found }) };
  };
  return pipelineOf(gatewayParts({ settings: { ...settings, auth, allowHosts: ["*.urls.test"] }, functionUrls: { serve } }));
}
const ask = pipeline();
const seen = async (asked: Asked): Promise<unknown> => {
  const answer = await ask(asked);
  expect(answer.status).toBe(299);
  return JSON.parse(textOf(answer));
};

describe("a request for a URL", () => {
  test.each([
    ["a page's", { path: "/", headers: { origin: "https://app.example", "sec-fetch-site": "cross-site" } }],
    ["one for a path of the API", { path: "/2015-03-31/functions", headers: {} }],
    ["one for a path of Lambent's own", { path: "/_lambent/health", headers: {} }],
    ["a form", { path: "/", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["one with a signature that cannot be read", { path: "/", headers: { authorization: "AWS4-HMAC-SHA256 nonsense" } }],
  ])("is told by its host, also %s", async (_what, { path, headers }) => {
    expect(await seen({ method: "PATCH", path, query: "a=%zz", headers: { host, ...headers } })).toMatchObject({ urlId: id, region: "eu-west-1", method: "PATCH", path, query: "a=%zz" });
  });

  test("may name it in any case, and below any name that is allowed", async () => {
    expect(await seen({ headers: { host: host.toUpperCase() } })).toMatchObject({ urlId: id, region: "eu-west-1" });
    expect(await seen({ headers: { host: `${id}.lambda-url.eu-west-1.on.urls.test` } })).toMatchObject({ urlId: id, region: "eu-west-1" });
  });

  test.each([
    [`/_lambent/url/${id}/a%2Fb/`, "/a%2Fb/"],
    [`/_lambent/url/${id}/`, "/"],
    [`/_lambent/url/${id}`, "/"],
  ])("is told by its path %s, which the function sees as %s", async (path, shown) => {
    expect(await seen({ path, query: "c=d", headers: { host: "127.0.0.1:4566", origin: "https://app.example" } })).toEqual({
      urlId: id,
      method: "GET",
      path: shown,
      query: "c=d",
      endpoint: "http://127.0.0.1:4566",
    });
  });
});

describe("is none", () => {
  test.each(["lambda-url.eu-west-1.localhost", "lambda.eu-west-1.localhost", `${id}.lambda-url.localhost`])("by the host %s", async (name) => {
    expect(echoOf(await ask({ path: "/2015-03-31/functions", headers: { host: name } })).path).toBe("/2015-03-31/functions");
  });

  test.each(["/_lambent/urls", "/_lambent/url/", `/_lambent/url//${id}/`, `/_lambent/url/${id}.x/`])("by the path %s", async (path) => {
    expect((await ask({ path })).status).toBe(404);
  });

  test.each([
    ["whose name a web page pointed here", { headers: { host: `${id}.lambda-url.eu-west-1.evil.example` } }],
    ["by a path, under such a name", { path: `/_lambent/url/${id}/`, headers: { host: "evil.example" } }],
    ["by a path, at another address", { path: `/_lambent/url/${id}/`, headers: { host: "192.168.0.9" } }],
  ])("%s", async (_what, asked) => {
    const answer = await ask(asked);
    expect(answer.status).toBe(403);
    expect(textOf(answer)).toContain("--allow-host");
  });
});

describe("the caller of a URL", () => {
  const callerOf = (request: UrlRequest): Promise<SignedCaller | undefined | string> =>
    request.signedCaller("eu-west-1").catch((error: unknown) => {
      if (error instanceof Fault) return error.code;
      throw error;
    });
  const bodyOf = async (request: UrlRequest): Promise<string> => Buffer.from(await request.body()).toString();
  const look = async (request: UrlRequest): Promise<unknown> => ({ caller: await callerOf(request), body: await bodyOf(request).catch(String) });
  const found = async (auth: "on" | "off", asked: Asked): Promise<unknown> => (JSON.parse(textOf(await pipeline(auth, look)(asked))) as { found: unknown }).found;

  async function signed(service: string, region: string, secretAccessKey = operatorKey.secretAccessKey): Promise<Asked> {
    const signer = new SignatureV4({ service, region, credentials: { ...operatorKey, secretAccessKey }, sha256: Sha256 });
    const request = new HttpRequest({ method: "POST", protocol: "http:", hostname: "x", path: "/a b", headers: { host }, body: "text" });
    const { headers } = await signer.sign(request);
    return { method: "POST", path: "/a b", headers, body: "text" };
  }

  test("is who signed for Lambda in its region", async () => {
    const expected = { accessKeyId: operatorKey.accessKeyId, account: settings.account };
    expect(await found("on", await signed("lambda", "eu-west-1"))).toEqual({ caller: { ...expected, principal: { kind: "root", accessKeyId: operatorKey.accessKeyId } }, body: "text" });
    expect(await found("off", await signed("lambda", "eu-west-1", "any"))).toEqual({ caller: { ...expected, principal: { kind: "anonymous" } }, body: "text" });
  });

  test("is nobody without a signature", async () => {
    for (const auth of ["on", "off"] as const) expect(await found(auth, { headers: { host, authorization: "Bearer x" }, body: "text" })).toEqual({ body: "text" });
  });

  test("is refused when the signature is wrong, or made for something else", async () => {
    expect(await found("on", await signed("lambda", "eu-west-1", "wrong"))).toMatchObject({ caller: "InvalidSignatureException" });
    for (const auth of ["on", "off"] as const) {
      expect(await found(auth, await signed("execute-api", "eu-west-1"))).toMatchObject({ caller: "InvalidSignatureException" });
      expect(await found(auth, await signed("lambda", "us-east-1"))).toMatchObject({ caller: "InvalidSignatureException" });
    }
  });
});
