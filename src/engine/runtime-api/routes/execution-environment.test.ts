import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemIds } from "../../../core/ids.ts";
import { ask, openFront, type Answer, type Asked, type OpenedFront } from "../../../../test/harness/guest-http.ts";
import { createEnvironmentMetadata } from "../environment-metadata.ts";

let opened: OpenedFront;
beforeEach(async () => {
  opened = await openFront();
});
afterEach(() => opened.front.close());

const askMetadata = (headers: Record<string, string>, more: Asked = {}): Promise<Answer> =>
  ask(opened, "/2026-01-15/metadata/execution-environment", { method: "GET", headers, ...more });

describe("the metadata endpoint", () => {
  test("tells the zone to who has the environment's token", async () => {
    const answer = await askMetadata({ Authorization: `Bearer ${opened.metadata.token}` });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json", "cache-control": "private, max-age=43200, immutable" } });
    expect(JSON.parse(answer.body)).toEqual({ AvailabilityZoneID: "euw1-az1" });
  });

  test.each([{}, { Authorization: "" }, { Authorization: "Bearer" }, { Authorization: "Bearer x" }, { Authorization: `Bearer ${"0".repeat(36)}` }])("refuses %j", async (headers) => {
    const answer = await askMetadata(headers);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain("euw1");
  });

  test("refuses the token under another scheme, and any other method", async () => {
    const { token } = opened.metadata;
    expect(await askMetadata({ Authorization: `Basic ${token}` })).toMatchObject({ status: 401 });
    expect(await askMetadata({ Authorization: `Bearer ${token}` }, { method: "POST", body: "{}" })).toMatchObject({ status: 405 });
  });

  test("has a token of its own in each environment, with which no other is asked", async () => {
    const other = await openFront();
    expect(await askMetadata({ Authorization: `Bearer ${other.metadata.token}` })).toMatchObject({ status: 401 });
    other.front.close();
  });
});

test.each([
  ["us-east-1", "use1-az1"],
  ["ap-southeast-2", "apse2-az1"],
  ["ca-central-1", "cac1-az1"],
  ["us-gov-west-1", "usgw1-az1"],
])("%s is short for zones as %s", (region, zone) => {
  expect(createEnvironmentMetadata(region, systemIds).availabilityZoneId).toBe(zone);
});
