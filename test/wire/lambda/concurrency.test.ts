// The concurrent executions of an account in a region, through the official client.
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Gate, gated, invoke, refusal } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent({ concurrency: "2" })));
afterAll(() => lambent[Symbol.asyncDispose]());

test("bind all functions of an account in a region together, and come back when invokes end", async () => {
  const { lambda } = lambent;
  await createFunction(lambda, "one", gated("one"));
  await createFunction(lambda, "other", gated("other"));
  const elsewhere = new LambdaClient({ endpoint: lambent.endpoint, region: "eu-west-1", credentials: lambent.running.operator, maxAttempts: 1 });
  await createFunction(elsewhere, "one", gated("elsewhere"));

  const gates = [new Gate(), new Gate()] as const;
  const running = [invoke(lambda, "one", { gate: gates[0].gate }), invoke(lambda, "other", { gate: gates[1].gate })];
  await Promise.all(gates.map((gate) => gate.isRunning()));
  for (const name of ["one", "other"]) {
    await expect(invoke(lambda, name)).rejects.toMatchObject({
      ...refusal(429, "TooManyRequestsException", "Rate Exceeded."),
      Reason: "ConcurrentInvocationLimitExceeded",
      Type: "User",
    });
  }
  expect((await invoke(elsewhere, "one")).body).toBe("elsewhere");

  gates[0].open();
  expect((await running[0])?.body).toBe("one");
  expect((await invoke(lambda, "other")).body).toBe("other");
  gates[1].open();
  expect((await running[1])?.body).toBe("other");
  expect((await Promise.all([invoke(lambda, "one"), invoke(lambda, "other")])).map(({ body }) => body)).toEqual(["one", "other"]);
});
