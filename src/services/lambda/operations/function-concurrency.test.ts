// PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency, and where else reservations show.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const reserve = (room: LambdaRoom, FunctionName: string, ReservedConcurrentExecutions: number) =>
  room.call("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });

const unreservedOf = async (room: LambdaRoom): Promise<number | undefined> =>
  (await room.call("GetAccountSettings", {})).AccountLimit?.UnreservedConcurrentExecutions;

test("a reservation shows in the function and is missing from the account", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const before = await room.call("GetFunction", { FunctionName: "f" });
  expect(await room.call("GetFunctionConcurrency", { FunctionName: "f" })).toEqual({});
  expect(await reserve(room, "f", 30)).toEqual({ ReservedConcurrentExecutions: 30 });
  expect(await room.call("GetFunctionConcurrency", { FunctionName: "f" })).toEqual({ ReservedConcurrentExecutions: 30 });
  // The RevisionId stays: it is no change of the function's configuration.
  expect(await room.call("GetFunction", { FunctionName: "f" })).toEqual({ ...before, Concurrency: { ReservedConcurrentExecutions: 30 } });
  expect(await unreservedOf(room)).toBe(970);
  await reserve(room, "f", 0);
  expect(await room.call("GetFunctionConcurrency", { FunctionName: "f" })).toEqual({ ReservedConcurrentExecutions: 0 });
  expect(await unreservedOf(room)).toBe(1000);
});

test("is taken away again, also when there is none, and goes with its function", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await room.call("DeleteFunctionConcurrency", { FunctionName: "f" });
  await reserve(room, "f", 30);
  await room.call("DeleteFunctionConcurrency", { FunctionName: "f" });
  expect(await room.call("GetFunctionConcurrency", { FunctionName: "f" })).toEqual({});
  await reserve(room, "f", 30);
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(await unreservedOf(room)).toBe(1000);
  await room.create("f");
  expect(await room.call("GetFunction", { FunctionName: "f" })).not.toHaveProperty("Concurrency");
});

test.each([
  [1000, 900, 100],
  [20, 18, 2],
  [5, 5, 0],
])("of an account's %i executions functions reserve %i and no more", async (concurrency, most, minimum) => {
  await using room = await openLambdaRoom({ concurrency });
  await room.create("f");
  await room.create("g");
  await reserve(room, "f", most - 1);
  await expect(reserve(room, "g", 2)).rejects.toMatchObject({
    status: 400,
    code: "InvalidParameterValueException",
    message: `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
  });
  await reserve(room, "g", 1);
  await reserve(room, "f", most - 1);
});

test("two functions that reserve at once do not together exceed what there is", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  for (const name of ["a", "b", "c", "d"]) await room.create(name);
  const outcomes = await Promise.allSettled(["a", "b", "c", "d"].map((name, n) => reserve(n % 2 === 0 ? room : other, name, 450)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  expect(await unreservedOf(room)).toBe(100);
  expect(await unreservedOf(other)).toBe(100);
});

test("a restart knows what is reserved", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await reserve(room, "f", 30);
  await using again = await openLambdaRoom({ store: room.store });
  expect(await unreservedOf(again)).toBe(970);
  const { account } = await again.functions.catalog.resolve(room.id("f"), undefined);
  expect(account.of("f").reserved).toBe(30);
});

const unqualifiedOnly =
  "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
  "Please specify either a function name or an unqualified function ARN.";

test.each([
  ["f:1", 400, "InvalidParameterValueException", unqualifiedOnly],
  ["f:$LATEST", 400, "InvalidParameterValueException", unqualifiedOnly],
  ["nobody", 404, "ResourceNotFoundException", `Function not found: ${functionArn("nobody", "$LATEST")}`],
])("%s has none", async (FunctionName, status, code, message) => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  const refused = expect.objectContaining({ status, code, message });
  await expect(reserve(room, FunctionName, 1)).rejects.toEqual(refused);
  await expect(room.call("GetFunctionConcurrency", { FunctionName })).rejects.toEqual(refused);
  await expect(room.call("DeleteFunctionConcurrency", { FunctionName })).rejects.toEqual(refused);
});
