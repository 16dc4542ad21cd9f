import { describe, expect, test } from "vitest";
import { brokenGuestRule, brokenRule, importsOf } from "./check-layers.ts";

const rule = (file: string, specifier: string, typeOnly = false): string | undefined =>
  brokenRule(file, { specifier, typeOnly });

test("finds every form of import", () => {
  const text = `import "./a.ts";
import b from "./b.ts";
import type { C } from "./c.ts";
import {
  type D,
  d,
} from "./d.ts";
export { e } from "./e.ts";
const f = await import("./f.ts");
type G = typeof import("./g.ts");
const h = require("./h.cjs");
`;
  expect(importsOf(text)).toEqual([
    { specifier: "./a.ts", typeOnly: false },
    { specifier: "./b.ts", typeOnly: false },
    { specifier: "./c.ts", typeOnly: true },
    { specifier: "./d.ts", typeOnly: false },
    { specifier: "./e.ts", typeOnly: false },
    { specifier: "./f.ts", typeOnly: false },
    { specifier: "./g.ts", typeOnly: true },
    { specifier: "./h.cjs", typeOnly: false },
  ]);
});

describe("lets stand", () => {
  test.each([
    ["engine/invoke.ts", "../core/clock.ts"],
    ["engine/code/unpack.ts", "../environment/environment.ts"],
    ["services/lambda/operations/invoke.ts", "../../../engine/engine.ts"],
    ["services/lambda/service.ts", "../../protocol/operation.ts"],
    ["gateway/pipeline.ts", "../protocol/protocol.ts"],
    ["engine/runtime-api/server.ts", "node:http"],
    ["main.ts", "./gateway/listener.ts"],
    ["cli/start.ts", "../main.ts"],
    ["core/ids.ts", "node:crypto"],
  ])("%s importing %s", (file, specifier) => {
    expect(rule(file, specifier)).toBeUndefined();
  });

  test("types of a room in the command line", () => {
    expect(rule("cli/logs.ts", "../observe/log-sink.ts", true)).toBeUndefined();
  });
});

describe("refuses", () => {
  test.each([
    ["core/faults.ts", "../store/store.ts", "a room imports from rooms further left only"],
    ["store/sqlite/driver.ts", "../../sandbox/sandbox.ts", "a room imports from rooms further left only"],
    ["engine/invoke.ts", "../services/lambda/service.ts", "a room imports from rooms further left only"],
    ["services/sqs/service.ts", "../lambda/faults.ts", "services meet through AWS's API only (core/cloud.ts)"],
    ["services/sqs/operations/send.ts", "../../../protocol/wire.ts", "a service knows protocol/operation.ts only"],
    ["functions/address.ts", "../protocol/wire.ts", "the wire stops at the codec"],
    ["functions/address.ts", "node:http", "the wire stops at the codec"],
    ["services/lambda/model/version.ts", "../../../protocol/operation.ts", "the wire stops at the codec"],
    ["engine/invoke.ts", "node:https", "the wire stops at the codec"],
    ["cli/logs.ts", "../observe/file-log-sink.ts", "the command line sees types of the rooms only"],
    ["gateway/pipeline.ts", "../main.ts", "a room imports from rooms further left only"],
    ["gateway/pipeline.ts", "../attic/old.ts", "of no room that is known"],
  ])("%s importing %s", (file, specifier, expected) => {
    expect(rule(file, specifier)).toBe(expected);
  });

  test("the guest reaching into the server", () => {
    const [inside, outside] = ["./errors.cjs", "../../src/core/ids.ts"].map((specifier) => ({ specifier, typeOnly: false }));
    expect(outside && brokenGuestRule("guest/node/x.cjs", outside)).toBeDefined();
    expect(inside && brokenGuestRule("guest/node/x.cjs", inside)).toBeUndefined();
  });
});
