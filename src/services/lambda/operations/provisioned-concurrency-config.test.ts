// PutProvisionedConcurrencyConfig, Get, Delete and List, and what else of the control plane they touch.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const put = (room: LambdaRoom, Qualifier: string, ProvisionedConcurrentExecutions: number, FunctionName = "f") =>
  room.call("PutProvisionedConcurrencyConfig", { FunctionName, Qualifier, ProvisionedConcurrentExecutions });
const get = (room: LambdaRoom, Qualifier: string) => room.call("GetProvisionedConcurrencyConfig", { FunctionName: "f", Qualifier });
const remove = (room: LambdaRoom, Qualifier: string) =>
  room.call("DeleteProvisionedConcurrencyConfig", { FunctionName: "f", Qualifier });
const listed = async (room: LambdaRoom) =>
  (await room.call("ListProvisionedConcurrencyConfigs", { FunctionName: "f" })).ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn);
const claimed = async (room: LambdaRoom): Promise<number> => (await room.parts.concurrency.of(room.context)).claimed;

const refused = (status: number, code: string, message: string) => expect.objectContaining({ status, code, message });
const notFound = refused(404, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function");

/** Versions 1 and 2, `one` and `other` that point to 1, `both` with weights. */
async function createVersions(room: LambdaRoom): Promise<void> {
  await room.create("f", { Publish: true });
  await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("second"), Publish: true });
  await room.deploy();
  for (const Name of ["one", "other"]) await room.call("CreateAlias", { FunctionName: "f", Name, FunctionVersion: "1" });
  const RoutingConfig = { AdditionalVersionWeights: { "2": 0.5 } };
  await room.call("CreateAlias", { FunctionName: "f", Name: "both", FunctionVersion: "1", RoutingConfig });
}

test("shows what is asked for and what the engine has of it", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  const base = { RequestedProvisionedConcurrentExecutions: 3, LastModified: "2026-01-31T12:00:00.000+0000" };
  const nothing = { AvailableProvisionedConcurrentExecutions: 0, AllocatedProvisionedConcurrentExecutions: 0 };
  expect(await put(room, "one", 3)).toEqual({ ...base, ...nothing, Status: "IN_PROGRESS" });
  const { provisioned } = (await room.parts.concurrency.of(room.context)).of("f");
  const id = provisioned.get("one")?.allocationId ?? "";
  room.provisioned.set(id, { allocated: 3, available: 2, failed: false });
  const some = { AvailableProvisionedConcurrentExecutions: 2, AllocatedProvisionedConcurrentExecutions: 3 };
  expect(await get(room, "one")).toEqual({ ...base, ...some, Status: "IN_PROGRESS" });
  room.provisioned.set(id, { allocated: 0, available: 0, failed: true });
  expect(await get(room, "one")).toEqual({ ...base, ...nothing, Status: "FAILED", StatusReason: "FUNCTION_ERROR_INIT_FAILURE" });
  room.provisioned.set(id, { allocated: 3, available: 3, failed: false });
  expect(await get(room, "one")).toMatchObject({ Status: "READY" });
  // Another wish, of which nothing has been done.
  expect(await put(room, "one", 3)).toMatchObject({ Status: "IN_PROGRESS", ...nothing });
});

test("an invoke may use what is provisioned for its version, whichever way it came", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  await put(room, "one", 1);
  const provisionedFor = async (qualifier: string | undefined) =>
    (await room.functions.catalog.resolve(room.id("f"), qualifier)).provisionedFor;
  expect(await Promise.all(["one", "other", "1", "2", undefined].map(provisionedFor))).toEqual(["one", "one", "one", undefined, undefined]);
  await remove(room, "one");
  expect(await provisionedFor("one")).toBeUndefined();
});

test("is listed by qualifier, and goes with it", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  await put(room, "one", 2);
  await put(room, "2", 1);
  expect(await listed(room)).toEqual([functionArn("f", "2"), functionArn("f", "one")]);
  const first = await room.call("ListProvisionedConcurrencyConfigs", { FunctionName: "f", MaxItems: 1 });
  const second = await room.call("ListProvisionedConcurrencyConfigs", { FunctionName: "f", MaxItems: 1, Marker: first.NextMarker ?? "" });
  expect([first, second].map(({ ProvisionedConcurrencyConfigs }) => ProvisionedConcurrencyConfigs?.[0]?.FunctionArn)).toEqual(await listed(room));
  expect(second).not.toHaveProperty("NextMarker");
  await room.call("DeleteAlias", { FunctionName: "f", Name: "both" });
  expect(await claimed(room)).toBe(3);
  await room.call("DeleteAlias", { FunctionName: "f", Name: "one" });
  await room.call("DeleteFunction", { FunctionName: "f", Qualifier: "2" });
  expect([await listed(room), await claimed(room)]).toEqual([[], 0]);
  await remove(room, "1");
  await put(room, "1", 4);
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(await claimed(room)).toBe(0);
});

test("a version has it once, by itself or by one alias", async () => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  const already = refused(409, "ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  const pointed = refused(409, "ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias");
  await put(room, "one", 1);
  await expect(put(room, "1", 1)).rejects.toEqual(pointed);
  await expect(put(room, "other", 1)).rejects.toEqual(already);
  await expect(put(room, "both", 1)).rejects.toEqual(already);
  await put(room, "one", 2);
  await put(room, "2", 1);
  const move = (FunctionVersion: string) => room.call("UpdateAlias", { FunctionName: "f", Name: "one", FunctionVersion });
  await expect(move("2")).rejects.toEqual(already);
  await remove(room, "2");
  await move("2");
  const unpublished = refused(400, "InvalidParameterValueException", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  await expect(move("$LATEST")).rejects.toEqual(unpublished);
  await room.call("UpdateAlias", { FunctionName: "f", Name: "other", FunctionVersion: "$LATEST" });
  await expect(put(room, "other", 1)).rejects.toEqual(unpublished);
});

test("takes from what the function has reserved, else from the account", async () => {
  await using room = await openLambdaRoom({ concurrency: 100 });
  await createVersions(room);
  await room.create("g", { Publish: true });
  const invalid = (message: string) => refused(400, "InvalidParameterValueException", message);
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    room.call("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
  await reserve("f", 10);
  await put(room, "1", 6);
  const aboveReserved = "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function";
  await expect(put(room, "2", 5)).rejects.toEqual(invalid(aboveReserved));
  await put(room, "2", 4);
  const below = " ReservedConcurrentExecutions  9 should not be lower than function's total provisioned concurrency [10].";
  await expect(reserve("f", 9)).rejects.toEqual(invalid(below));
  await room.call("DeleteFunctionConcurrency", { FunctionName: "f" });
  expect(await claimed(room)).toBe(10);

  const aboveUnreserved = "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [90].";
  await expect(put(room, "1", 91, "g")).rejects.toEqual(invalid(aboveUnreserved));
  const tooLow = (setting: string): string =>
    `Specified ${setting} for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].`;
  await expect(put(room, "1", 81, "g")).rejects.toEqual(invalid(tooLow("ConcurrentExecutions")));
  await put(room, "1", 80, "g");
  await expect(reserve("f", 11)).rejects.toEqual(invalid(tooLow("ReservedConcurrentExecutions")));
  const { AccountLimit } = await room.call("GetAccountSettings", {});
  expect(AccountLimit?.UnreservedConcurrentExecutions).toBe(100);
});

test.each([
  ["$LATEST", refused(400, "InvalidParameterValueException", "The function resource provided must be an alias or a published version.")],
  ["9", refused(404, "ResourceNotFoundException", `Function not found: ${functionArn("f", "9")}`)],
  ["007", refused(404, "ResourceNotFoundException", `Function not found: ${functionArn("f", "007")}`)],
  ["nobody", refused(404, "ResourceNotFoundException", `Cannot find alias arn: ${functionArn("f", "nobody")}`)],
])("%s has none", async (qualifier, fault) => {
  await using room = await openLambdaRoom();
  await createVersions(room);
  await expect(get(room, qualifier)).rejects.toEqual(fault);
  await expect(remove(room, qualifier)).rejects.toEqual(fault);
  await expect(get(room, "1")).rejects.toEqual(notFound);
  await expect(put(room, "1", 1, "g")).rejects.toEqual(refused(404, "ResourceNotFoundException", `Function not found: ${functionArn("g", "1")}`));
});
