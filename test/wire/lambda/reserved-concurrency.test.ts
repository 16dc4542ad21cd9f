// PutFunctionConcurrency, GetFunctionConcurrency and DeleteFunctionConcurrency through the official clients, and what
// invokes have of them.
import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, Gate, gated, invoke, refusal } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ concurrency: "10" });
  ({ lambda } = lambent);
  await createFunction(lambda, "one", gated("one"));
  await createFunction(lambda, "other", gated("other"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
  lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
const free = (FunctionName: string) => lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
const reservedOf = async (FunctionName: string) => (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions;
const throttled = (Reason: string) => ({ ...refusal(429, "TooManyRequestsException", "Rate Exceeded."), Reason, Type: "User" });

test("a reservation binds from the answer on, and is shown wherever AWS shows it", async () => {
  expect(await reserve("one", 0)).toMatchObject({ $metadata: { httpStatusCode: 200 }, ReservedConcurrentExecutions: 0 });
  await expect(invoke(lambda, "one")).rejects.toMatchObject(throttled("ReservedFunctionConcurrentInvocationLimitExceeded"));
  expect((await invoke(lambda, "other")).body).toBe("other");

  await reserve("one", 1);
  expect((await invoke(lambda, "one")).body).toBe("one");
  expect(await reservedOf("one")).toBe(1);
  expect((await lambda.send(new GetFunctionCommand({ FunctionName: "one" }))).Concurrency).toEqual({ ReservedConcurrentExecutions: 1 });
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
  expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 9 });

  const gate = new Gate();
  const running = invoke(lambda, "one", { gate: gate.gate });
  await gate.isRunning();
  await expect(invoke(lambda, "one")).rejects.toMatchObject(throttled("ReservedFunctionConcurrentInvocationLimitExceeded"));
  expect(await free("one")).toMatchObject({ $metadata: { httpStatusCode: 204 } });
  expect((await invoke(lambda, "one")).body).toBe("one");
  gate.open();
  await running;
  expect(await reservedOf("one")).toBeUndefined();
  expect(await lambda.send(new GetFunctionCommand({ FunctionName: "one" }))).not.toHaveProperty("Concurrency");
});

test("what is reserved is missing from all others", async () => {
  await reserve("one", 9);
  const gate = new Gate();
  const running = invoke(lambda, "other", { gate: gate.gate });
  await gate.isRunning();
  await expect(invoke(lambda, "other")).rejects.toMatchObject(throttled("ConcurrentInvocationLimitExceeded"));
  expect((await invoke(lambda, "one")).body).toBe("one");
  gate.open();
  await running;
  await free("one");
});

describe("refuses", () => {
  test("what leaves too little unreserved, in an error without Type", async () => {
    const message = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [1].";
    await expect(reserve("one", 10)).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", message));
    const answer = await fetch(`${lambent.endpoint}/2017-10-31/functions/one/concurrency`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ReservedConcurrentExecutions: 10 }),
    });
    expect([answer.status, answer.headers.get("x-amzn-errortype"), await answer.json()]).toEqual([400, "InvalidParameterValueException", { message }]);
  });

  test("a version, and a function that is not there", async () => {
    await expect(reserve("one:1", 1)).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /^This operation is permitted on Lambda functions only\./));
    for (const call of [() => reserve("nobody", 1), () => free("nobody"), () => reservedOf("nobody")])
      await expect(call()).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody", "$LATEST")}`));
  });
});

describe.skipIf(!isInstalled("aws", "--version"))("the AWS CLI", () => {
  test("puts, gets and deletes a reservation", async () => {
    const aws = (...args: string[]) => run("aws", ["lambda", ...args, "--function-name", "other", "--output", "json"], lambent.environment);
    const put = await aws("put-function-concurrency", "--reserved-concurrent-executions", "3");
    expect(JSON.parse(put.stdout)).toEqual({ ReservedConcurrentExecutions: 3 });
    expect(JSON.parse((await aws("get-function-concurrency")).stdout)).toEqual({ ReservedConcurrentExecutions: 3 });
    await aws("delete-function-concurrency");
    expect((await aws("get-function-concurrency")).stdout.trim()).toMatch(/^(\{\})?$/);
  });
});
