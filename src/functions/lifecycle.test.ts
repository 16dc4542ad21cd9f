import { describe, expect, test } from "vitest";
import { isAccountId, isRegion } from "../core/context.ts";
import type { FunctionConfiguration, FunctionId } from "./function-version.ts";
import {
  requireDeployed,
  requireIdle,
  requireTaggable,
  settleFunction,
  settleVersion,
  startCreation,
  startUpdate,
  startVersion,
} from "./lifecycle.ts";
import type { FunctionRecord } from "./records.ts";

function idOf(account: string, region: string): FunctionId {
  if (!isAccountId(account) || !isRegion(region)) throw new Error(`${account} ${region}`);
  return { account, region, name: "f" };
}
const id = idOf("000000000000", "eu-west-1");

const configuration = (description: string): FunctionConfiguration => ({
  runtime: "nodejs24.x",
  handler: "index.handler",
  role: "r",
  description,
  timeoutSeconds: 3,
  memoryMiB: 128,
  ephemeralStorageMiB: 512,
  architecture: "x86_64",
  environment: undefined,
  code: { sha256: "ab", sizeBytes: 1, unzippedBytes: 1 },
  layers: [],
});
const desired = (description: string) => ({
  configuration: configuration(description),
  shown: { emptyVpcConfig: false },
});
const stamp = (n: number) => ({ nowMs: n, revisionId: `revision-${n}`, deploymentId: `deployment-${n}` });
const failed = { kind: "failed", reasonCode: "InvalidZipFileException", reason: "broken" } as const;

const creating = startCreation("f", desired("first"), stamp(1));
const active = settleFunction(creating, { kind: "deployed" }, "revision-2");
const createFailed = settleFunction(creating, failed, "revision-2");
if (active?.state !== "active" || createFailed === undefined) throw new Error("a creation settles");
const updating = startUpdate(active, desired("second"), stamp(3));
const updateFailed = settleFunction(updating, failed, "revision-4");
if (updateFailed?.state !== "update-failed") throw new Error("an update settles");

const pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending";
const failedState = "The operation cannot be performed at this time. The function is currently in the following state: Failed";
const inProgress =
  "The operation cannot be performed at this time. An update is in progress for resource: " +
  "arn:aws:lambda:eu-west-1:000000000000:function:f";

interface Expectation {
  readonly record: FunctionRecord;
  /** A fault's text, or `allowed`. */
  readonly change: string;
  readonly tag: string;
  /** Description of the configuration that invokes run, or a fault's text. */
  readonly runs: string;
  /** State after each outcome; `ignored` when nothing was pending. */
  readonly deployed: string;
  readonly failed: string;
}

const states: readonly Expectation[] = [
  { record: creating, change: pending, tag: "allowed", runs: pending, deployed: "active", failed: "create-failed" },
  { record: active, change: "allowed", tag: "allowed", runs: "first", deployed: "ignored", failed: "ignored" },
  { record: createFailed, change: failedState, tag: "allowed", runs: failedState, deployed: "ignored", failed: "ignored" },
  { record: updating, change: inProgress, tag: inProgress, runs: "first", deployed: "active", failed: "update-failed" },
  { record: updateFailed, change: "allowed", tag: "allowed", runs: "first", deployed: "ignored", failed: "ignored" },
];

const outcomeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

describe.each(states)("a function that is $record.state", ({ record, change, tag, runs, deployed, failed: onFailure }) => {
  test("may be changed only when nothing is under way", () => {
    expect(outcomeOf(() => requireIdle(record, id) && "allowed")).toBe(change);
  });
  test("may be tagged unless it is being updated", () => {
    expect(outcomeOf(() => requireTaggable(record, id) ?? "allowed")).toBe(tag);
  });
  test("runs what was deployed last", () => {
    expect(outcomeOf(() => requireDeployed(record).configuration.description)).toBe(runs);
  });
  test("settles a deployment only while one is pending", () => {
    expect(settleFunction(record, { kind: "deployed" }, "new")?.state ?? "ignored").toBe(deployed);
    expect(settleFunction(record, failed, "new")?.state ?? "ignored").toBe(onFailure);
  });
});

test("a settled deployment has a new RevisionId and keeps its time and deployment", () => {
  expect(active).toMatchObject({ revisionId: "revision-2", lastModifiedMs: 1, deploymentId: "deployment-1" });
});

test("after an update invokes run the new configuration under its own deployment", () => {
  const settled = settleFunction(updating, { kind: "deployed" }, "revision-4");
  if (settled === undefined) throw new Error("it was pending");
  expect(settled).not.toHaveProperty("former");
  expect(requireDeployed(settled)).toEqual({ deploymentId: "deployment-3", configuration: configuration("second") });
});

test("an update after a failed one keeps what was deployed before both", () => {
  const again = startUpdate(updateFailed, desired("third"), stamp(5));
  expect(again.former.configuration.description).toBe("first");
  expect(again).not.toHaveProperty("failure");
});

describe("a version", () => {
  const version = startVersion(active, { number: 1, description: "of the request" }, stamp(6));
  test("remembers the description of $LATEST beside its own", () => {
    expect(version).toMatchObject({ publishedDescription: "first", configuration: { description: "of the request" } });
  });
  test("cannot be invoked while it is pending or when it failed", () => {
    expect(outcomeOf(() => requireDeployed(version))).toBe(pending);
    const broken = settleVersion(version, failed, "new");
    expect(broken && outcomeOf(() => requireDeployed(broken))).toBe(failedState);
  });
  test("becomes active once", () => {
    const done = settleVersion(version, { kind: "deployed" }, "new");
    expect(done).toMatchObject({ state: "active", revisionId: "new" });
    expect(done && settleVersion(done, failed, "newer")).toBeUndefined();
  });
});
