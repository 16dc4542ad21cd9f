// Asynchronous invokes against a live server: what is accepted, what runs, what comes of failures.
import {
  DeleteFunctionCommand, InvokeAsyncCommand, InvokeCommand, PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand, type LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCommand, type RunningCommand } from "../../harness/command.ts";
import { arnOf, invoke, refusal, uuid } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
const followed: RunningCommand[] = [];
beforeAll(async () => {
  lambent = await startTestLambent({ retryDelayPercent: "0", logLevel: "error" });
  ({ lambda } = lambent);
});
afterAll(async () => {
  await Promise.all(followed.map((logs) => logs.interrupt()));
  await lambent[Symbol.asyncDispose]();
});

/** Prints each event with its request id, and fails where it is told to. */
const printer = {
  "index.mjs": `export const handler = async (event, context) => {
    console.log("got " + JSON.stringify(event) + " as " + context.awsRequestId + " by " + context.invokedFunctionArn + " with " + JSON.stringify(context.clientContext));
    if (event.fail) throw new Error(event.fail);
    return "ok";
  };`,
};

async function createPrinter(name: string): Promise<RunningCommand> {
  await createFunction(lambda, name, printer);
  const logs = startCommand(lambent.endpoint, "logs", name, "-f");
  followed.push(logs);
  return logs;
}

const send = (FunctionName: string, event: unknown, more: object = {}) =>
  lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event), ...more }));

test("an event is accepted with 202 and an empty body, and runs with the id of the request", async () => {
  const logs = await createPrinter("plain");
  const ClientContext = Buffer.from("{}").toString("base64");
  const accepted = await send("plain", { n: 1 }, { ClientContext, LogType: "Tail", Qualifier: "$LATEST" });
  expect(accepted).toMatchObject({ StatusCode: 202 });
  expect(accepted.Payload?.length ?? 0).toBe(0);
  expect(accepted.ExecutedVersion).toBeUndefined();
  expect(accepted.LogResult).toBeUndefined();
  const { requestId } = accepted.$metadata;
  expect(requestId).toMatch(uuid);
  const [, arn] = await logs.line(new RegExp(`got \\{"n":1\\} as ${requestId} by (\\S+) with undefined`));
  expect(arn).toMatch(/:function:plain:\$LATEST$/);
});

test("the former operation does the same", async () => {
  const logs = await createPrinter("former");
  expect(await lambda.send(new InvokeAsyncCommand({ FunctionName: "former", InvokeArgs: '{"n":2}' }))).toMatchObject({ Status: 202 });
  await logs.line(/got \{"n":2\}/);
});

test("what cannot be accepted is refused before it is kept", async () => {
  await createFunction(lambda, "strict", printer);
  await expect(send("strict", "x".repeat(1_048_576))).rejects.toMatchObject(
    refusal(413, "RequestTooLargeException", "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)"),
  );
  await expect(send("strict", "", { Payload: "{" })).rejects.toMatchObject(refusal(400, "InvalidRequestContentException", /^Could not parse request body into json/));
  await expect(send("nobody", {})).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", /^Function not found: .*:nobody/));
  expect((await send("strict", "x".repeat(1_048_574))).StatusCode).toBe(202);
});

test("a failure is tried again twice with the same id, or as often as is configured", async () => {
  const logs = await createPrinter("failing");
  const { requestId } = (await send("failing", { fail: "no" })).$metadata;
  for (let attempt = 0; attempt < 3; attempt += 1) await logs.line(new RegExp(`got .* as ${requestId}`));
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "failing", MaximumRetryAttempts: 0 }));
  await send("failing", { fail: "once" });
  await logs.line(/got \{"fail":"once"\}/);
  await send("failing", { last: true });
  await logs.line(/got \{"last":true\}/);
  const printed = await (await fetch(`${lambent.endpoint}/_lambent/logs?function=failing`)).text();
  expect(printed.match(/got/g)).toHaveLength(5);
});

test("throttled events wait, and go on when the function may run again", async () => {
  const logs = await createPrinter("throttled");
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "throttled", ReservedConcurrentExecutions: 1 }));
  await Promise.all(Array.from({ length: 30 }, (_, n) => send("throttled", { n })));
  const seen = new Set<string>();
  while (seen.size < 30) seen.add((await logs.line(/got \{"n":(\d+)\}/))[1] ?? "");
  expect((await invoke(lambda, "throttled")).body).toBe("ok");
});

test("records of what was handled and of what failed go to functions, of the qualifier that was addressed", async () => {
  const logs = await createPrinter("told");
  const told = arnOf("told");
  await createFunction(lambda, "tells", printer, { Publish: true });
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: "tells", Qualifier: "1", MaximumRetryAttempts: 1, DestinationConfig: { OnSuccess: { Destination: told }, OnFailure: { Destination: told } },
    }),
  );
  await send("tells", { unqualified: true });
  const failing = (await send("tells", { fail: "no" }, { Qualifier: "1" })).$metadata.requestId;
  const fine = (await send("tells", { n: 1.5 }, { Qualifier: "1" })).$metadata.requestId;
  const records = new Map<string, unknown>();
  while (records.size < 2) {
    const [, json = ""] = await logs.line(/got (\{"version":.*\}) as /);
    const record = JSON.parse(json) as { readonly requestContext: { readonly requestId: string } };
    records.set(record.requestContext.requestId, record);
  }
  const common = { version: "1.0", timestamp: expect.stringMatching(/Z$/) };
  expect(records.get(failing ?? "")).toMatchObject({
    ...common,
    requestContext: { requestId: failing, functionArn: arnOf("tells", "1"), condition: "RetriesExhausted", approximateInvokeCount: 2 },
    requestPayload: { fail: "no" },
    responseContext: { statusCode: 200, executedVersion: "1", functionError: "Unhandled" },
    responsePayload: { errorMessage: "no", errorType: "Error" },
  });
  expect(records.get(fine ?? "")).toEqual({
    ...common,
    requestContext: { requestId: fine, functionArn: arnOf("tells", "1"), condition: "Success", approximateInvokeCount: 1 },
    requestPayload: { n: 1.5 },
    responseContext: { statusCode: 200, executedVersion: "1" },
    responsePayload: "ok",
  });
});

test("a function that is deleted meanwhile leaves others alone", async () => {
  const logs = await createPrinter("stays");
  await createFunction(lambda, "goes", { "index.mjs": "export const handler = async () => { throw new Error(); };" });
  await Promise.all(Array.from({ length: 10 }, () => send("goes", {})));
  await lambda.send(new DeleteFunctionCommand({ FunctionName: "goes" }));
  await send("stays", { n: 3 });
  await logs.line(/got \{"n":3\}/);
});
