import { describe, expect, test } from "vitest";
import { gatewayParts, pipelineOf, settings, textOf } from "./echo.case.ts";

const lambda = { path: "/2015-03-31/functions" };
const ask = pipelineOf(gatewayParts());
const asked = async (headers: Record<string, string>): Promise<number> => (await ask({ ...lambda, headers })).status;

describe("the host of a request", () => {
  test.each(["localhost", "localhost:4566", "LocalHost:1", "lambda.us-east-1.localhost:4566", "127.0.0.1:4566", "127.8.9.1", "[::1]:4566"])(
    "%s is ours",
    async (host) => {
      expect(await asked({ host })).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "localhost.evil.example:4566",
    "localhost.localstack.cloud",
    "evillocalhost",
    ".localhost",
    "192.168.1.5:4566",
    "[::2]",
    "127.0.0.1.evil.example",
    "localhost:4566@evil.example",
    "localhost/evil.example",
    "",
  ])("%j is refused", async (host) => {
    const response = await ask({ ...lambda, headers: { host } });
    expect(response.status).toBe(403);
    expect(textOf(response)).toContain("--allow-host");
  });

  test("may be one that was allowed, by name or by suffix", async () => {
    const allowing = pipelineOf(gatewayParts({ settings: { ...settings, allowHosts: ["Lambent.internal", "*.corp.example"] } }));
    const status = async (host: string): Promise<number> => (await allowing({ ...lambda, headers: { host } })).status;
    expect(await status("lambent.internal:80")).toBe(200);
    expect(await status("a.b.corp.example")).toBe(200);
    expect(await status("corp.example")).toBe(403);
    expect(await status("a.lambent.internal")).toBe(403);
  });
});

describe("a request that a browser sent", () => {
  test.each([
    ["from a page of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["from a page without an origin", { origin: "null" }],
    ["from a page on another port of this machine", { origin: "http://localhost:3000", "sec-fetch-site": "same-site" }],
    ["from a page that we serve, which may be anybody's object", { origin: "http://localhost:4566", "sec-fetch-site": "same-origin" }],
    ["as an image of another site's page", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["as a frame of our own page", { "sec-fetch-site": "same-origin" }],
  ])("%s is refused", async (_, headers) => {
    expect(await asked(headers)).toBe(403);
  });

  test("because somebody typed the address is served", async () => {
    expect(await asked({ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" })).toBe(200);
  });

  test("is served, and may be read, when its origin is allowed", async () => {
    const allowing = pipelineOf(gatewayParts({ settings: { ...settings, allowOrigins: ["https://app.example/", "http://localhost:4566"] } }));
    const response = await allowing({ ...lambda, headers: { origin: "https://app.example", "sec-fetch-site": "cross-site" } });
    expect(response).toMatchObject({ status: 200, headers: { "access-control-allow-origin": "https://app.example", vary: "Origin" } });
    expect(await allowing({ ...lambda, headers: { "sec-fetch-site": "same-origin" } })).toMatchObject({ status: 200 });
    const refused = await allowing({ ...lambda, headers: { origin: "https://app.example.evil.example" } });
    expect(refused.status).toBe(403);
    expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("may read refusals of the service when its origin is allowed", async () => {
    const allowing = pipelineOf(gatewayParts({ settings: { ...settings, allowOrigins: ["https://app.example"] } }));
    const response = await allowing({ path: "/nowhere", headers: { origin: "https://app.example" } });
    expect(response).toMatchObject({ status: 404, headers: { "access-control-allow-origin": "https://app.example" } });
  });
});

test("a preflight is answered for allowed origins only", async () => {
  const allowing = pipelineOf(gatewayParts({ settings: { ...settings, allowOrigins: ["https://app.example"] } }));
  const preflight = (origin: string) =>
    allowing({
      method: "OPTIONS",
      ...lambda,
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-amz-date" },
    });
  expect(await preflight("https://app.example")).toMatchObject({
    status: 204,
    headers: { "access-control-allow-origin": "https://app.example", "access-control-allow-headers": "authorization,x-amz-date" },
  });
  expect(await preflight("https://evil.example")).toMatchObject({ status: 403 });
});
