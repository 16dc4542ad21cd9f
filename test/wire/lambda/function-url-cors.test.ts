// Web pages that call function URLs, by the CORS protocol as browsers keep it: https://fetch.spec.whatwg.org/#http-cors-protocol
import type { Cors } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { callUrl, createUrl, type TestUrl, type UrlAnswer } from "../../harness/urls.ts";

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Counts its invokes; answers with headers that it is told to set. */
const source = {
  "index.mjs": "let invokes = 0; export const handler = async ({ headers, rawPath }) => { invokes += 1; if (rawPath === '/throw') throw new Error('no'); return { statusCode: 200, headers: JSON.parse(headers['x-set'] ?? '{}'), body: String(invokes) }; };",
};

async function urlWith(name: string, cors: Cors | undefined, config: object = {}): Promise<TestUrl> {
  await createFunction(lambent.lambda, name, source);
  return createUrl(lambent.lambda, name, { ...(cors === undefined ? {} : { Cors: cors }), ...config });
}

const page = "https://app.example.com";
interface PageRequest {
  readonly origin?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: boolean;
  readonly path?: string;
  readonly host?: string;
}

const includes = (list: string | undefined, name: string, credentials: boolean): boolean =>
  (list ?? "").split(",").some((item) => item.trim().toLowerCase() === name.toLowerCase() || (item.trim() === "*" && !credentials));
const mayRead = ({ headers, all }: UrlAnswer, origin: string, credentials: boolean): boolean => {
  const allowed = all("access-control-allow-origin");
  if (allowed.length !== 1) return false;
  return credentials ? allowed[0] === origin && headers["access-control-allow-credentials"] === "true" : allowed[0] === origin || allowed[0] === "*";
};

/** What a page gets to see: the answer, or that the browser keeps it from the page, before or after it was sent. */
async function fetchAsPage(url: TestUrl, request: PageRequest = {}): Promise<"refused before" | "kept back" | UrlAnswer> {
  const { origin = page, method = "GET", headers = {}, credentials = false, path = "/", host = url.host } = request;
  const named = { origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const unsafe = Object.keys(headers).map((name) => name.toLowerCase());
  if (unsafe.length > 0 || !["GET", "HEAD", "POST"].includes(method)) {
    const asked = unsafe.length === 0 ? {} : { "access-control-request-headers": unsafe.join(",") };
    const preflight = await callUrl(url, { method: "OPTIONS", path, host, headers: { ...named, "access-control-request-method": method, ...asked } });
    const allows = (name: string, value: string): boolean => includes(preflight.headers[name] as string | undefined, value, credentials);
    const isAllowed =
      preflight.status < 300 &&
      mayRead(preflight, origin, credentials) &&
      (["GET", "HEAD", "POST"].includes(method) || allows("access-control-allow-methods", method)) &&
      unsafe.every((name) => allows("access-control-allow-headers", name));
    if (!isAllowed) return "refused before";
  }
  const answer = await callUrl(url, { method, path, host, headers: { ...named, ...headers } });
  return mayRead(answer, origin, credentials) ? answer : "kept back";
}

test("a page reads what the URL's configuration lets it", async () => {
  const url = await urlWith("lets", { AllowOrigins: [page], AllowMethods: ["PUT"], AllowHeaders: ["X-Set"], ExposeHeaders: ["X-Shown", "date"], MaxAge: 60 });
  expect(await fetchAsPage(url)).toMatchObject({ status: 200, text: "1", headers: { "access-control-allow-origin": page, "access-control-expose-headers": "X-Shown,date", vary: "Origin" } });
  expect(await fetchAsPage(url, { method: "PUT", headers: { "x-set": "{}" } })).toMatchObject({ text: "2" });
  expect(await fetchAsPage(url, { method: "DELETE" })).toBe("refused before");
  expect(await fetchAsPage(url, { headers: { "x-other": "1" } })).toBe("refused before");
  expect(await fetchAsPage(url, { credentials: true })).toBe("kept back");
  for (const origin of ["https://evil.example", "http://app.example.com", "https://sub.app.example.com", "null"]) {
    expect(await fetchAsPage(url, { origin, method: "PUT" })).toBe("refused before");
    expect(await fetchAsPage(url, { origin })).toBe("kept back");
  }
  // None of the preflights ran it.
  expect((await callUrl(url)).text).toBe("8");
});

test("every page reads one that is open to all, without credentials", async () => {
  const url = await urlWith("open", { AllowOrigins: ["*"], AllowMethods: ["*"], AllowHeaders: ["*"] });
  expect(await fetchAsPage(url, { origin: "null", method: "DELETE", headers: { "x-set": "{}", "x-any": "1" } })).toMatchObject({ status: 200, headers: { "access-control-allow-origin": "*" } });
  expect(await fetchAsPage(url, { credentials: true })).toBe("kept back");
});

test("credentials are sent where they are allowed", async () => {
  const url = await urlWith("credentials", { AllowOrigins: ["*"], AllowMethods: ["*"], AllowHeaders: ["*"], AllowCredentials: true });
  expect(await fetchAsPage(url, { method: "PATCH", headers: { "x-any": "1" }, credentials: true })).toMatchObject({ status: 200, headers: { "access-control-allow-origin": page } });
});

test("a preflight says for how long it holds", async () => {
  const url = await urlWith("age", { AllowOrigins: [page], AllowMethods: ["PUT"], MaxAge: 600 });
  const preflight = await callUrl(url, { method: "OPTIONS", headers: { origin: page, "access-control-request-method": "PUT" } });
  expect(preflight).toMatchObject({ status: 200, text: "", headers: { "access-control-max-age": "600", "access-control-allow-methods": "PUT" } });
  expect(preflight.headers).not.toHaveProperty("access-control-allow-headers");
});

test("what the function sets stays beside what is configured, in two lines, as on AWS", async () => {
  const url = await urlWith("twice", { AllowOrigins: [page], AllowHeaders: ["x-set"] });
  const set = JSON.stringify({ "Access-Control-Allow-Origin": "https://other.example", Vary: "Accept" });
  const answer = await callUrl(url, { headers: { origin: page, "x-set": set } });
  expect(answer.all("access-control-allow-origin")).toEqual(["https://other.example", page]);
  expect(answer.all("vary")).toEqual(["Accept", "Origin"]);
});

test("without a configuration the function answers preflights itself, and sets the headers", async () => {
  const url = await urlWith("own", undefined);
  const set = JSON.stringify({ "access-control-allow-origin": page, "access-control-allow-methods": "PUT" });
  expect(await callUrl(url, { method: "OPTIONS", headers: { origin: page, "access-control-request-method": "PUT", "x-set": set } })).toMatchObject({
    status: 200,
    text: "1",
    headers: { "access-control-allow-methods": "PUT" },
  });
  expect(await fetchAsPage(url)).toBe("kept back");
  // Not a preflight: the function's, too.
  const open = await urlWith("options", { AllowOrigins: ["*"] });
  expect(await callUrl(open, { method: "OPTIONS" })).toMatchObject({ status: 200, text: "1" });
});

test("a page may read refusals and failures of a URL that lets it", async () => {
  const url = await urlWith("refuses", { AllowOrigins: [page], AllowHeaders: ["*"] }, { AuthType: "AWS_IAM" });
  expect(await fetchAsPage(url)).toMatchObject({ status: 403, headers: { "x-amzn-errortype": "AccessDeniedException" } });
  // The preflight is not signed, and needs not be.
  expect(await fetchAsPage(url, { headers: { authorization: "x" } })).toMatchObject({ status: 403 });
  const fails = await urlWith("fails", { AllowOrigins: [page] });
  expect(await fetchAsPage(fails, { path: "/throw" })).toMatchObject({ status: 502 });
});

describe("what a URL opens to pages", () => {
  test("is the URL alone, by either form", async () => {
    const url = await urlWith("alone", { AllowOrigins: ["*"] });
    expect(await fetchAsPage(url, { host: `127.0.0.1:${url.port}`, path: `/_lambent/url/${url.id}/` })).toMatchObject({ status: 200 });
    const named = { origin: page, "sec-fetch-site": "cross-site" };
    for (const path of ["/2015-03-31/functions/", "/_lambent/health", "/_lambent/url/"])
      expect(await callUrl(url, { host: `127.0.0.1:${url.port}`, path, headers: named })).toMatchObject({ status: 403, text: expect.stringContaining("--allow-origin") });
    // A page that a URL of this server shows, by its path: the API has the same origin, and refuses it all the same.
    const own = `http://127.0.0.1:${url.port}`;
    expect((await callUrl(url, { host: `127.0.0.1:${url.port}`, method: "POST", path: "/2015-03-31/functions/", headers: { origin: own, "sec-fetch-site": "same-origin" } })).status).toBe(403);
    expect((await callUrl(url, { host: `127.0.0.1:${url.port}`, path: "/2015-03-31/functions/", headers: { "sec-fetch-site": "same-origin" } })).status).toBe(403);
  });

  test("is not reached by a name that a page has pointed here", async () => {
    const url = await urlWith("rebound", { AllowOrigins: ["*"] });
    for (const [host, path] of [[`${url.id}.lambda-url.us-east-1.evil.example`, "/"], ["evil.example", `/_lambent/url/${url.id}/`]] as const)
      expect(await callUrl(url, { host, path })).toMatchObject({ status: 403, text: expect.stringContaining("--allow-host") });
  });
});
