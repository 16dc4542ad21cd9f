// `--quotas aws` through the official client: rates that do not bind otherwise.
import { GetFunctionCommand, ListFunctionsCommand, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent({ quotas: "aws" });
  await createFunction(lambent.lambda, "quick", says("x"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const throttled = (Reason: string): object => ({
  ...refusal(429, "TooManyRequestsException", "Rate Exceeded."),
  Reason,
  Type: "User",
  retryAfterSeconds: "1",
});

/** What the first call is refused with, of at most so many. */
async function firstRefusal(most: number, call: () => Promise<unknown>): Promise<unknown> {
  for (let calls = 0; calls < most; calls += 1) {
    try {
      await call();
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

test("more than ten requests a second for what is reserved are throttled", async () => {
  const { lambda } = lambent;
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "quick", ReservedConcurrentExecutions: 1 }));
  await invoke(lambda, "quick");
  expect(await firstRefusal(200, () => invoke(lambda, "quick"))).toMatchObject(throttled("ReservedFunctionInvocationRateLimitExceeded"));
});

test("the control plane takes fifteen calls a second, and more of GetFunction", async () => {
  const { lambda } = lambent;
  const refused = await firstRefusal(200, () => Promise.all(Array.from({ length: 5 }, () => lambda.send(new ListFunctionsCommand({})))));
  expect(refused).toMatchObject(throttled("CallerRateLimitExceeded"));
  await lambda.send(new GetFunctionCommand({ FunctionName: "quick" }));
});
