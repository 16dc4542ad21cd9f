import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const older = { version: "24.1.0", hash: "ab".repeat(32) };
const newer = { version: "24.2.0", hash: "cd".repeat(32) };
const arnOf = ({ hash }: { readonly hash: string }): string => `arn:aws:lambda:eu-west-1::runtime:${hash}`;

const runs = async (room: LambdaRoom, qualifier?: string): Promise<string | undefined> =>
  (await room.functions.catalog.resolve(room.id("f"), qualifier)).version.runtimeVersion?.version;
const shown = async (room: LambdaRoom, Qualifier?: string): Promise<unknown> =>
  (await room.call("GetFunctionConfiguration", { FunctionName: "f", Qualifier })).RuntimeVersionConfig?.RuntimeVersionArn;
const put = (room: LambdaRoom, UpdateRuntimeOn: "Auto" | "FunctionUpdate" | "Manual", more: { RuntimeVersionArn?: string; Qualifier?: string } = {}) =>
  room.call("PutRuntimeManagementConfig", { FunctionName: "f", UpdateRuntimeOn, ...more });

test("a function runs the newest version, and another one as soon as it is installed", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  expect(await room.call("GetRuntimeManagementConfig", { FunctionName: "f" })).toEqual({ FunctionArn: functionArn("f"), UpdateRuntimeOn: "Auto" });
  const before = await room.functions.catalog.resolve(room.id("f"), undefined);
  const told: string[] = [];
  room.functions.catalog.onChange(({ name }) => void told.push(name));
  room.runtimes.put("nodejs24.x", newer, older);
  expect(told).toEqual(["f"]);
  const after = await room.functions.catalog.resolve(room.id("f"), undefined);
  expect([before.version.runtimeVersion, after.version.runtimeVersion]).toEqual([older, newer]);
  expect(after.version.deploymentId).not.toBe(before.version.deploymentId);
  expect(await shown(room)).toBe(arnOf(newer));
});

test("under FunctionUpdate it keeps what it runs until it is updated", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  expect(await put(room, "FunctionUpdate")).toEqual({ FunctionArn: functionArn("f"), UpdateRuntimeOn: "FunctionUpdate" });
  room.runtimes.put("nodejs24.x", newer, older);
  expect([await runs(room), await shown(room)]).toEqual(["24.1.0", arnOf(older)]);
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  // Not before it is deployed.
  expect([await runs(room), await shown(room)]).toEqual(["24.1.0", arnOf(newer)]);
  await room.deploy();
  expect(await runs(room)).toBe("24.2.0");
});

test("under Manual it runs what is named: an older one is a way back", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  room.runtimes.put("nodejs24.x", newer, older);
  const answer = { FunctionArn: functionArn("f"), UpdateRuntimeOn: "Manual", RuntimeVersionArn: arnOf(older) };
  expect(await put(room, "Manual", { RuntimeVersionArn: arnOf(older) })).toEqual(answer);
  expect(await room.call("GetRuntimeManagementConfig", { FunctionName: "f" })).toEqual(answer);
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  await room.deploy();
  expect([await runs(room), await shown(room)]).toEqual(["24.1.0", arnOf(older)]);
  await put(room, "Auto");
  expect(await runs(room)).toBe("24.2.0");
});

test("each published version is managed by itself, and begins with Auto", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await put(room, "Manual", { RuntimeVersionArn: arnOf(older) });
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  room.runtimes.put("nodejs24.x", newer, older);
  expect([await runs(room), await runs(room, "1")]).toEqual(["24.1.0", "24.2.0"]);
  const answer = { FunctionArn: functionArn("f", "1"), UpdateRuntimeOn: "Manual", RuntimeVersionArn: arnOf(older) };
  expect(await put(room, "Manual", { Qualifier: "1", RuntimeVersionArn: arnOf(older) })).toEqual(answer);
  await put(room, "Auto");
  expect([await runs(room), await runs(room, "1")]).toEqual(["24.2.0", "24.1.0"]);
  // It is no change of the function, so there is nothing new to publish.
  expect(await room.call("PublishVersion", { FunctionName: "f" })).toMatchObject({ Version: "1" });
});

test("a pinned version that is gone is named in the configuration with what to install", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await put(room, "Manual", { RuntimeVersionArn: arnOf(older) });
  room.runtimes.put("nodejs24.x", newer);
  const { RuntimeVersionConfig } = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  expect(RuntimeVersionConfig).toEqual({
    RuntimeVersionArn: arnOf(older),
    Error: { ErrorCode: "InvalidRuntimeException", Message: expect.stringContaining("lambent runtimes add nodejs24.x@24.1.0") },
  });
});

test("what runs after a failed update is pinned, too", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  const [deployment] = await room.functions.deployments.pending();
  if (deployment === undefined) throw new Error("it is pending");
  await expect(put(room, "Auto")).rejects.toMatchObject({ status: 409 });
  await room.functions.deployments.complete(deployment, { kind: "failed", reasonCode: "InternalError", reason: "broken" });
  await put(room, "Manual", { RuntimeVersionArn: arnOf(older) });
  room.runtimes.put("nodejs24.x", newer, older);
  expect(await runs(room)).toBe("24.1.0");
});

test.each([
  ["Manual without an ARN", { UpdateRuntimeOn: "Manual" }, "InvalidParameterValueException", "RuntimeVersionArn is required"],
  ["an unknown version", { UpdateRuntimeOn: "Manual", RuntimeVersionArn: arnOf(newer) }, "InvalidParameterValueException", "Installed versions, newest first: "],
  ["an ARN with Auto", { UpdateRuntimeOn: "Auto", RuntimeVersionArn: arnOf(older) }, "InvalidParameterValueException", "only allowed when"],
  ["a version of another region", { UpdateRuntimeOn: "Manual", RuntimeVersionArn: arnOf(older).replace("eu-west-1", "us-east-1") }, "InvalidParameterValueException", "does not exist"],
  ["an alias", { UpdateRuntimeOn: "Auto", Qualifier: "prod" }, "InvalidParameterValueException", "Aliases do not support"],
  ["a version that is missing", { UpdateRuntimeOn: "Auto", Qualifier: "7" }, "ResourceNotFoundException", functionArn("f", "7")],
] as const)("refuses %s", async (_case, input, code, text) => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await expect(room.call("PutRuntimeManagementConfig", { FunctionName: "f", ...input })).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
});

test("refuses another runtime for a function that is pinned to a version of this one", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await put(room, "Manual", { RuntimeVersionArn: arnOf(older) });
  const update = room.call("UpdateFunctionConfiguration", { FunctionName: "f", Runtime: "nodejs22.x" });
  await expect(update).rejects.toMatchObject({ code: "InvalidParameterValueException", message: expect.stringContaining("nodejs24.x") });
});
