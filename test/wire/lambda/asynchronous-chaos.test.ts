// A fixed count of events for functions that are slow, crash, time out and are throttled, beside synchronous callers: each
// event ends as it should, nobody waits for another's function, and a chain of events that goes round in a circle ends.
import { InvokeCommand, PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { EventsAnswer, GivenUpEvent } from "../../../src/admin/event-routes.ts";
import { invoke, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent({ retryDelayPercent: "0", logLevel: "silent" })));
afterAll(() => lambent[Symbol.asyncDispose]());

const events = async (): Promise<EventsAnswer> => (await (await fetch(`${lambent.endpoint}/_lambent/events`)).json()) as EventsAnswer;
const send = async (FunctionName: string, event: unknown = {}): Promise<string> =>
  (await lambent.lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) }))).$metadata.requestId ?? "";

/** Request ids that a function printed, each as often as it ran. */
async function runsOf(name: string): Promise<readonly string[]> {
  const log = await (await fetch(`${lambent.endpoint}/_lambent/logs?function=${name}&limit=100000`)).text();
  return Array.from(log.matchAll(/RUNS ([0-9a-f-]{36})/g), ([, id = ""]) => id);
}

const source = (rest: string) => ({ "index.mjs": `export const handler = async (event, { awsRequestId }) => { console.log("RUNS " + awsRequestId); ${rest} };` });

interface Troubled {
  readonly name: string;
  readonly count: number;
  readonly source: string;
  readonly reserved?: number;
  /** Of each event, at least; a throttle is none. */
  readonly attempts: number;
  readonly isHandled: boolean;
}

const troubled: readonly Troubled[] = [
  { name: "slow", count: 100, source: "await new Promise((done) => setTimeout(done, 50));", attempts: 1, isHandled: true },
  { name: "throttled", count: 100, source: "await new Promise((done) => setTimeout(done, 5));", reserved: 1, attempts: 1, isHandled: true },
  { name: "failing", count: 50, source: "throw new Error('no');", attempts: 3, isHandled: false },
  { name: "crashing", count: 5, source: "process.exit(1);", attempts: 3, isHandled: false },
  { name: "hanging", count: 3, source: "await new Promise(() => setInterval(() => {}, 1000));", attempts: 2, isHandled: false },
  { name: "fine", count: 200, source: "", attempts: 1, isHandled: true },
];

test("every event ends as it should, and nobody waits for another's function", { timeout: 120_000 }, async () => {
  const { lambda } = lambent;
  await createFunction(lambda, "caller", says("here"));
  for (const { name, source: rest, reserved } of troubled) {
    await createFunction(lambda, name, source(rest), { Timeout: 1 });
    if (reserved !== undefined) await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: reserved }));
  }
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "hanging", MaximumRetryAttempts: 1 }));
  // The troubled ones first: what is fine comes after them all.
  const sent = new Map<string, readonly string[]>();
  for (const { name, count } of troubled) sent.set(name, await Promise.all(Array.from({ length: count }, () => send(name))));
  for (let call = 0; call < 20; call += 1) expect((await invoke(lambda, "caller")).body).toBe("here");
  await vi.waitUntil(async () => (await events()).lanes.length === 0, { timeout: 100_000, interval: 100 });

  const givenUp = new Map((await events()).givenUp.map((event) => [event.id, event]));
  for (const { name, attempts, isHandled } of troubled) {
    const ids = sent.get(name) ?? [];
    const runs = await runsOf(name);
    expect(new Set(runs), name).toEqual(new Set(ids));
    expect(runs, name).toHaveLength(ids.length * attempts);
    const ended = ids.flatMap((id) => givenUp.get(id) ?? []);
    expect(ended.map(({ reason }) => reason), name).toEqual(isHandled ? [] : ids.map(() => "RetriesExhausted"));
  }
});

test("a chain of events that comes through a function again and again ends with a record", { timeout: 60_000 }, async () => {
  const loop = `
    import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
    const client = new LambdaClient();
    export const handler = async ({ pass }, { awsRequestId }) => {
      console.log("RUNS " + awsRequestId);
      const Payload = JSON.stringify({ pass: pass + 1 });
      await client.send(new InvokeCommand({ FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME, InvocationType: "Event", Payload }));
    };`;
  await createFunction(lambent.lambda, "loop", { "index.mjs": loop }, { Timeout: 30, MemorySize: 512 });
  await send("loop", { pass: 1 });
  const ofLoop = async (): Promise<readonly GivenUpEvent[]> => (await events()).givenUp.filter(({ lane }) => lane === "async:loop");
  await vi.waitUntil(async () => (await ofLoop()).length > 0, { timeout: 50_000, interval: 100 });
  expect(await ofLoop()).toMatchObject([{ reason: "RecursiveInvocation", message: expect.stringMatching(/^Lambda has detected your function being invoked in a recursive loop/) }]);
  expect(await runsOf("loop")).toHaveLength(16);
});
