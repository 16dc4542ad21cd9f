import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip } from "../../../../test/harness/lambda-room.ts";
import type { LambdaInput } from "../api.ts";

test("gives version 1, Pending, then Active, and $LATEST a new RevisionId", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const before = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  const published = await room.call("PublishVersion", { FunctionName: "f", Description: "first" });
  expect(published).toMatchObject({
    Version: "1",
    FunctionArn: functionArn("f", "1"),
    Description: "first",
    State: "Pending",
    StateReasonCode: "Creating",
  });
  await room.deploy();
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f", Qualifier: "1" })).toMatchObject({
    State: "Active",
    LastUpdateStatus: "Successful",
    Description: "first",
  });
  const latest = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  expect(latest).toMatchObject({ Description: "", LastUpdateStatus: "Successful" });
  expect(latest.RevisionId).not.toBe(before.RevisionId);
});

test("answers with the last version, under its RevisionId, when nothing has changed", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await room.call("PublishVersion", { FunctionName: "f", Description: "first" });
  await room.deploy();
  const first = await room.call("GetFunctionConfiguration", { FunctionName: "f:1" });
  const latest = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  // Another description of the request alone is no change.
  expect(await room.call("PublishVersion", { FunctionName: "f", Description: "second" })).toEqual(first);
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toEqual(latest);
});

const changes: readonly Omit<LambdaInput<"UpdateFunctionConfiguration">, "FunctionName">[] = [
  { Description: "d" },
  { Environment: { Variables: { KEY: "v" } } },
  { Environment: {} },
  { Runtime: "nodejs22.x" },
  { Handler: "other.handler" },
  { MemorySize: 256 },
  { Timeout: 4 },
  { Role: "arn:aws:iam::000000000000:role/other" },
];

test.each(changes)("a change of %j makes a new version", async (change) => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", ...change });
  await room.deploy();
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "2", ...change, ...(change.Environment && { Environment: { Variables: change.Environment.Variables ?? {} } }) });
});

test("tags and aliases are no change", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("TagResource", { Resource: functionArn("f"), Tags: { key: "v" } });
  await room.call("CreateAlias", { FunctionName: "f", Name: "a", FunctionVersion: "1" });
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "1" });
});

test("a published version stays as it is when $LATEST goes on", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true, Timeout: 5 });
  const first = await room.call("GetFunctionConfiguration", { FunctionName: "f:1" });
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 6 });
  await room.deploy();
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f:1" })).toEqual(first);
});

test("numbers are never given twice, neither after a version nor after its function is deleted", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("DeleteFunction", { FunctionName: "f", Qualifier: "1" });
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "2" });
  await room.call("DeleteFunction", { FunctionName: "f" });
  await room.create("f");
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "3" });
});

test("a number is not given twice either when another process used it meanwhile", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  room.beforeNextCommit(async () => {
    await other.create("f", { Publish: true });
    await other.call("DeleteFunction", { FunctionName: "f" });
  });
  await room.create("f", { Publish: true });
  expect((await room.call("ListVersionsByFunction", { FunctionName: "f" })).Versions?.map(({ Version }) => Version)).toEqual([
    "$LATEST",
    "2",
  ]);
});

test("of many who publish at once each gets the version that it made or the one before", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const published = await Promise.all(Array.from({ length: 8 }, () => room.call("PublishVersion", { FunctionName: "f" })));
  expect(published.map(({ Version }) => Version)).toEqual(Array.from({ length: 8 }, () => "1"));
  expect((await room.call("ListVersionsByFunction", { FunctionName: "f" })).Versions).toHaveLength(2);
});

test("CodeSha256 must be that of $LATEST", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const current = createHash("sha256").update(zip("f")).digest("base64");
  await expect(room.call("PublishVersion", { FunctionName: "f", CodeSha256: "other" })).rejects.toMatchObject({
    status: 400,
    code: "InvalidParameterValueException",
    message:
      `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${current}). ` +
      "Please try again with the CodeSHA256 in $LATEST.",
  });
  expect(await room.call("PublishVersion", { FunctionName: "f", CodeSha256: current })).toMatchObject({ Version: "1" });
});
