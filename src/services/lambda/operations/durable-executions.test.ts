// Operations of durable executions, of which there are none.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";

const DurableExecutionArn = `${functionArn("f", "1")}/durable-execution/n/i`;
const CallbackId = "YWJj";

test.each(["GetDurableExecution", "GetDurableExecutionHistory", "StopDurableExecution"] as const)("%s finds none", async (operation) => {
  await using room = await openLambdaRoom();
  await expect(room.call(operation, { DurableExecutionArn })).rejects.toMatchObject({ status: 404, code: "ResourceNotFoundException" });
});

test.each(["GetDurableExecutionState", "CheckpointDurableExecution"] as const)("%s takes no token", async (operation) => {
  await using room = await openLambdaRoom();
  await expect(room.call(operation, { DurableExecutionArn, CheckpointToken: "abcd" })).rejects.toMatchObject({
    status: 400,
    code: "InvalidParameterValueException",
  });
});

test.each([
  "SendDurableExecutionCallbackSuccess",
  "SendDurableExecutionCallbackFailure",
  "SendDurableExecutionCallbackHeartbeat",
] as const)("%s finds no callback", async (operation) => {
  await using room = await openLambdaRoom();
  await expect(room.call(operation, { CallbackId })).rejects.toMatchObject({ status: 404, code: "ResourceNotFoundException" });
});

test("a function that is there has no executions", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  for (const Qualifier of [undefined, "1"])
    expect(await room.call("ListDurableExecutionsByFunction", { FunctionName: "f", Qualifier })).toEqual({ DurableExecutions: [] });
  await expect(room.call("ListDurableExecutionsByFunction", { FunctionName: "f", Qualifier: "2" })).rejects.toMatchObject({ status: 404 });
  await expect(room.call("ListDurableExecutionsByFunction", { FunctionName: "g" })).rejects.toMatchObject({
    status: 404,
    message: `Function not found: ${functionArn("g")}`,
  });
  await expect(room.call("ListDurableExecutionsByFunction", { FunctionName: "f", Marker: "?" })).rejects.toMatchObject({ status: 400 });
});
