import { describe, expect, test } from "vitest";
import type { SubscriptionRequest, TelemetryApi } from "../telemetry-port.ts";
import { parseSubscription } from "./subscription-request.ts";

const whole = {
  schemaVersion: "2022-12-13",
  types: ["platform", "function"],
  destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:4243/in/here?a=b" },
};
const parse = (body: unknown, api: TelemetryApi = "telemetry"): SubscriptionRequest =>
  parseSubscription(api, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

describe("a subscription", () => {
  test("has defaults for how records are gathered", () => {
    expect(parse(whole)).toEqual({
      api: "telemetry",
      schemaVersion: "2022-12-13",
      types: ["platform", "function"],
      destination: { protocol: "HTTP", method: "POST", host: "sandbox.localdomain:4243", port: 4243, path: "/in/here?a=b" },
      buffering: { maxItems: 10_000, maxBytes: 262_144, timeoutMs: 1000 },
    });
  });

  test("may be to a TCP port, gather otherwise, and name a type twice", () => {
    const buffering = { maxItems: 1000, maxBytes: 1_048_576, timeoutMs: 25 };
    expect(parse({ ...whole, types: ["extension", "extension"], destination: { protocol: "TCP", port: 9 }, buffering })).toMatchObject({
      types: ["extension"],
      destination: { protocol: "TCP", port: 9 },
      buffering,
    });
  });

  test("of the Logs API has a version that goes without saying, and may be put", () => {
    const destination = { protocol: "HTTP", URI: "http://sandbox:1234", method: "PUT", encoding: "JSON" };
    expect(parse({ types: ["function"], destination }, "logs")).toMatchObject({
      schemaVersion: "2020-08-15",
      destination: { host: "sandbox:1234", path: "/", method: "PUT" },
    });
  });

  test("says everything that is wrong with it at once", () => {
    expect(() => parse({ ...whole, types: [], destination: { protocol: "HTTP", URI: "http://sandbox.localdomain" } })).toThrow(
      expect.objectContaining({ code: "ValidationError", status: 400, message: "types should not be empty; URI port is not provided" }),
    );
  });

  test.each<[string, unknown, string]>([
    ["is no JSON", "{", "Request body is not JSON"],
    ["is no object", "[]", "Request body is not a JSON object"],
    ["is null", "null", "Request body is not a JSON object"],
    ["has no version", { ...whole, schemaVersion: undefined }, "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"],
    ["has a version of the other API", { ...whole, schemaVersion: "2021-03-18" }, "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"],
    ["has no types", { ...whole, types: "platform" }, "types should not be empty"],
    ["has an unknown type", { ...whole, types: ["platform", "metrics"] }, "types should be among platform, function, extension"],
    ["has no destination", { ...whole, destination: undefined }, "destination is not provided"],
    ["has an unknown protocol", { ...whole, destination: { protocol: "UDP" } }, "destination protocol should be HTTP or TCP"],
    ["has no URI", { ...whole, destination: { protocol: "HTTP" } }, "URI is not provided"],
    ["has a URI that is none", { ...whole, destination: { protocol: "HTTP", URI: "sandbox" } }, "URI is not provided"],
    ["leads elsewhere", { ...whole, destination: { protocol: "HTTP", URI: "http://example.com:80" } }, "URI host should be sandbox.localdomain"],
    ["leads to no port", { ...whole, destination: { protocol: "TCP", port: 65_536 } }, "port is not provided"],
    ["gathers too few", { ...whole, buffering: { maxItems: 999 } }, "buffering maxItems should be between 1000 and 10000"],
    ["gathers too much", { ...whole, buffering: { maxBytes: 1_048_577 } }, "buffering maxBytes should be between 262144 and 1048576"],
    ["waits for ever", { ...whole, buffering: { timeoutMs: 1e9 } }, "buffering timeoutMs should be between 25 and 30000"],
    ["gathers nothing that is known", { ...whole, buffering: [] }, "buffering is not an object"],
  ])("that %s is refused", (_, body, message) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: "ValidationError", message }));
  });
});
