// Durable executions through the official client: there are none, and what names one is told so.
import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  GetDurableExecutionStateCommand,
  type LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const DurableExecutionArn = `${arnOf("f", "1")}/durable-execution/n/i`;
const CheckpointToken = "YWJj";
const CallbackId = "YWJj";

test("an execution that is not there", async () => {
  const missing = refusal(404, "ResourceNotFoundException", `Durable execution not found: ${DurableExecutionArn}`);
  await expect(lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }))).rejects.toMatchObject(missing);
  await expect(lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn }))).rejects.toMatchObject(missing);
  await expect(lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn, Error: { ErrorMessage: "x" } }))).rejects.toMatchObject(missing);
});

test("a token that was never given out", async () => {
  const invalid = refusal(400, "InvalidParameterValueException", "Invalid checkpoint token");
  await expect(lambda.send(new GetDurableExecutionStateCommand({ DurableExecutionArn, CheckpointToken }))).rejects.toMatchObject(invalid);
  await expect(lambda.send(new CheckpointDurableExecutionCommand({ DurableExecutionArn, CheckpointToken, Updates: [] }))).rejects.toMatchObject(invalid);
});

test("a callback that nobody waits for", async () => {
  const missing = refusal(404, "ResourceNotFoundException", `Callback not found: ${CallbackId}`);
  await expect(lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from("{}") }))).rejects.toMatchObject(missing);
  await expect(lambda.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId }))).rejects.toMatchObject(missing);
  await expect(lambda.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }))).rejects.toMatchObject(missing);
});

test("executions of a function", async () => {
  await createFunction(lambda, "plain", says("x"));
  expect((await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: "plain", Statuses: ["RUNNING"] }))).DurableExecutions).toEqual([]);
  await expect(lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: "nobody" }))).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`),
  );
});

test("what is no execution's ARN at all", async () => {
  await expect(lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: "x" }))).rejects.toMatchObject(
    refusal(400, "ValidationException", /at 'durableExecutionArn' failed to satisfy constraint: Member must satisfy regular expression pattern/),
  );
});
