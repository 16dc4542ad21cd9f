// `lambent events` against a live server: what waits, what was given up, and sending it again.
import { fileURLToPath } from "node:url";
import { InvokeCommand, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Gate, gated } from "../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent({ logLevel: "error", isolation: "none" })));
afterAll(() => lambent[Symbol.asyncDispose]());

const data = temporaryFolder("no-server");
const events = async (...args: readonly string[]): Promise<string> => {
  const place = ["--port", new URL(lambent.endpoint).port, "--data", data];
  return (await run(process.execPath, [bin, "events", ...args, ...place], {})).stdout;
};
const send = (FunctionName: string, event: unknown = {}) =>
  lambent.lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) }));

test("says that nothing waits", async () => {
  expect(await events()).toBe("Nothing waits.\n");
});

test("shows what runs and what waits for its next try, and each event of a lane", async () => {
  await createFunction(lambent.lambda, "held", gated("ok"));
  await createFunction(lambent.lambda, "broken", { "index.mjs": "export const handler = async () => { throw new Error('no'); };" });
  const gate = new Gate();
  const { $metadata } = await send("held", { gate: gate.gate });
  const broken = (await send("broken")).$metadata.requestId;
  await gate.isRunning();
  await vi.waitUntil(async () => (await events()).includes("1  async:broken"));
  const overview = await events();
  expect(overview).toMatch(/^ +1 +0 +0 {2}async:held$/m);
  expect(overview).toMatch(/^ +0 +0 +1 {2}async:broken$/m);
  expect(await events("async:held")).toMatch(new RegExp(`^\\S+Z {2}${$metadata.requestId} {2}running\n$`));
  expect(await events("async:broken")).toMatch(new RegExp(`^\\S+Z {2}${broken} {2}later until \\S+Z\n$`));
  expect(JSON.parse(await events("--json"))).toMatchObject({ lanes: expect.arrayContaining([{ service: "lambda", lane: "async:held", running: 1, waiting: 0, later: 0 }]) });
  gate.open();
  await vi.waitUntil(async () => !(await events()).includes("async:held"));
});

test("shows what was given up and why, and sends it again as it was, once", async () => {
  await createFunction(lambent.lambda, "fails", { "index.mjs": "export const handler = async ({ word }) => { throw new Error(`no\\n${word}`); };" });
  await lambent.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "fails", MaximumRetryAttempts: 0 }));
  const id = (await send("fails", { word: "hello" })).$metadata.requestId ?? "";
  const isGivenUp = async () => (await events()).includes(id);
  await vi.waitUntil(isGivenUp);
  expect(await events()).toMatch(new RegExp(`^\\S+Z {2}${id} {2}async:fails {2}RetriesExhausted: "no\\\\nhello"$`, "m"));
  expect(await events("replay", id)).toBe(`${id} is in async:fails again.\n`);
  await vi.waitUntil(isGivenUp);
  await expect(events("replay", "nothing")).rejects.toMatchObject({ stderr: expect.stringContaining("No event or delivery with the id nothing was given up here.") });
});
