import { describe, expect, test } from "vitest";
import { gatewayParts, pipelineOf, textOf } from "./echo.case.ts";

const ask = pipelineOf(gatewayParts());
const id = "abcdefghijklmnopqrstuvwxyz012345";

describe("the host of a function URL", () => {
  test.each([
    ["a page's request", { path: "/", headers: { origin: "https://app.example", "sec-fetch-site": "cross-site" } }],
    ["a path of the API", { path: "/2015-03-31/functions", headers: {} }],
    ["a path of Lambent's own", { path: "/_lambent/health", headers: {} }],
    ["a form", { path: "/", headers: { "content-type": "application/x-www-form-urlencoded" } }],
  ])("takes no request yet and says so: %s", async (_what, { path, headers }) => {
    const answer = await ask({ path, headers: { host: `${id}.lambda-url.eu-west-1.localhost:4566`, ...headers } });
    expect(answer).toMatchObject({ status: 501, headers: { "x-amzn-ErrorType": "NotImplementedException" } });
    expect(textOf(answer)).toContain("Lambent does not serve function URLs yet");
  });

  test.each(["lambda-url.eu-west-1.localhost", "lambda.eu-west-1.localhost", `${id}.lambda-url.localhost`])("is not %s", async (host) => {
    expect((await ask({ path: "/2015-03-31/functions", headers: { host } })).status).toBe(200);
  });

  test("ends in localhost: any other name may be a web page's", async () => {
    expect((await ask({ path: "/", headers: { host: `${id}.lambda-url.eu-west-1.evil.example` } })).status).toBe(403);
  });
});
