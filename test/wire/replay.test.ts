// `lambent invoke --record`, `lambent record` and `lambent replay` against a live server.
import { InvokeCommand, InvokeWithResponseStreamCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { startCommand } from "../harness/command.ts";
import { waitUntilUpdated } from "../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";
import { callUrl, createUrl } from "../harness/urls.ts";
import { run, type ProgramResult } from "../harness/program.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));
const folder = temporaryFolder("replay");
const dataDirectory = join(folder, "data");

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent({ memory: "false", dataDirectory });
});
afterAll(() => lambent[Symbol.asyncDispose]());

const command = (...args: readonly string[]): Promise<ProgramResult> =>
  run(process.execPath, [bin, ...args, "--port", new URL(lambent.endpoint).port, "--data", dataDirectory], {}, folder);

async function update(name: string, source: string): Promise<void> {
  await lambent.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: await zipOf({ "index.mjs": source }) }));
  await waitUntilUpdated(lambent.lambda, name);
}

const greeter = (greeting: string): string => `export const handler = async (event, context) => {
  if (event.fail) throw new TypeError("no " + event.fail);
  return { greeting: "${greeting} " + event.name, list: [1, { at: Date.now(), big: event.big }], custom: context.clientContext?.custom };
};`;

test("invoke prints the response, and takes the event as JSON or from a file", async () => {
  await createFunction(lambent.lambda, "plain", { "index.mjs": "export const handler = async (event) => { console.log('said'); if (event.fail) throw new Error('no'); return event; };" });
  expect(await command("invoke", "plain", "--payload", '{"a":1}')).toEqual({ stdout: '{"a":1}\n', stderr: "" });
  writeFileSync(join(folder, "event.json"), '{"from":"file"}');
  const { stdout, stderr } = await command("invoke", "plain", "--payload", "event.json", "--log");
  expect(stdout).toBe('{"from":"file"}\n');
  expect(stderr).toMatch(/^START [^]*\tsaid\nEND [^]*REPORT /);
  expect((await command("invoke", "plain")).stdout).toBe("{}\n");
  await expect(command("invoke", "plain", "--payload", '{"fail":true}')).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('"errorMessage":"no"') });
  await expect(command("invoke", "plain", "--payload", "nowhere.json")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("neither JSON nor a file") });
  await expect(command("invoke", "nobody")).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^lambent: Function not found: [^\n]*\n$/) });
  await expect(run(process.execPath, [bin, "invoke", "plain", "--port", "1", "--data", join(folder, "none")], {})).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("nothing answers at http://127.0.0.1:1") });
});

test("replay shows what new code does differently, and is content when nothing does", async () => {
  await createFunction(lambent.lambda, "greeter", { "index.mjs": greeter("Hello") });
  await command("invoke", "greeter", "--payload", '{"name":"you","big":12345678901234567890}', "--client-context", '{"custom":{"c":1}}', "--record");
  await expect(command("invoke", "greeter", "--payload", '{"fail":"luck"}', "--record")).rejects.toMatchObject({ code: 1 });
  const ignoring = ["replay", "greeter", "--ignore", "list.*.at", "--ignore", "trace"];
  expect((await command(...ignoring)).stdout).toMatch(/^same {5}.*\nsame {5}.*\n2 replayed: 2 same, 0 changed\n$/);
  await expect(command("replay", "greeter", "--ignore", "trace")).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/-\s+"at": \d+,\n\s+\+\s+"at": \d+/) });

  await update("greeter", greeter("Good day"));
  await expect(command(...ignoring)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^changed [^]*\n {4}- {3}"greeting": "Hello you",\n {4}\+ {3}"greeting": "Good day you",\n[^]*\nsame [^]*2 replayed: 1 same, 1 changed\n$/),
  });
  expect((await command(...ignoring, "--update")).stdout).toContain("1 same, 1 updated");
  expect((await command(...ignoring)).stdout).toContain("2 replayed: 2 same, 0 changed");
  expect((await command(...ignoring, "--last", "1")).stdout).toContain("1 replayed: 1 same");
});

test("a recording in a file holds the event to the digit, is replayed from there, and is for its owner only", async () => {
  await createFunction(lambent.lambda, "filed", { "index.mjs": "export const handler = async (event) => ({ ...event, now: true });" });
  const file = join(folder, "filed.json");
  await command("invoke", "filed", "--payload", '{"id":12345678901234567890,"price":1.0}', "--record", file);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('"id": 12345678901234567890');
  expect(text).toContain('"price": 1.0');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await command("replay", "filed", file)).stdout).toContain("1 replayed: 1 same");
  await update("filed", "export const handler = async (event) => ({ ...event, now: false });");
  await expect(command("replay", "filed", file)).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/- {3}"now": true,\n\s+\+ {3}"now": false,/) });
  await command("replay", "filed", file, "--update");
  expect((await command("replay", "filed", file)).stdout).toContain("1 same");
  writeFileSync(file, "{}");
  await expect(command("replay", "filed", file)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("is no recording") });
  await expect(command("replay", "plain")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("nothing of plain is recorded") });
});

test("record keeps what every caller sends, streamed answers included, and nothing after its end", async () => {
  const { lambda } = lambent;
  await createFunction(lambda, "heard", { "index.mjs": "export const handler = async (event) => ({ heard: event.n });" });
  await createFunction(lambda, "streams", {
    "index.mjs": "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('{\"part\":'); stream.write(String(event.n)); stream.end('}'); });",
  });
  await createFunction(lambda, "unheard", { "index.mjs": "export const handler = async () => 1;" });
  const [recording, streaming] = [startCommand(lambent.endpoint, "record", "heard"), startCommand(lambent.endpoint, "record", "streams")];
  await Promise.all([recording.line(/^Recording heard/), streaming.line(/^Recording streams/)]);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: "heard", Payload: '{"n":1}' }));
  // Recorded with the end of the log, which this caller did not ask for.
  expect(answer.LogResult).toBe(undefined);
  await lambda.send(new InvokeCommand({ FunctionName: "unheard" }));
  const streamed = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "streams", Payload: '{"n":2}' }));
  for await (const event of streamed.EventStream ?? []) if (event.InvokeComplete !== undefined) expect(event.InvokeComplete.LogResult ?? "").toBe("");
  const [, path = ""] = await recording.line(/answered {2}(\S+)$/);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ function: "heard", executedVersion: "$LATEST", event: { json: { n: 1 } }, outcome: { response: { json: { heard: 1 } } }, log: expect.stringContaining("REPORT") });
  await callUrl(await createUrl(lambda, "heard"), { path: "/by/url" });
  const [, urlPath = ""] = await recording.line(/answered {2}(\S+)$/);
  expect(JSON.parse(readFileSync(urlPath, "utf8"))).toMatchObject({ event: { json: { version: "2.0", rawPath: "/by/url" } } });
  const [, streamedPath = ""] = await streaming.line(/answered {2}(\S+)$/);
  expect(JSON.parse(readFileSync(streamedPath, "utf8"))).toMatchObject({ event: { json: { n: 2 } }, outcome: { response: { json: { part: 2 } } } });
  expect(await recording.interrupt()).toBe(0);
  expect(await streaming.interrupt()).toBe(0);
  await expect.poll(async () => (await fetch(`${lambent.endpoint}/_lambent/recordings/record`, { method: "POST", body: '{"function":"heard"}', signal: AbortSignal.timeout(200) }).catch(() => ({ status: 0 }))).status).toBe(200);
  expect(readdirSync(join(dataDirectory, "recordings", "000000000000", "us-east-1"))).not.toContain("unheard");
  expect((await command("replay", "heard")).stdout).toContain("2 replayed: 2 same");
  expect((await command("replay", "streams")).stdout).toContain("1 replayed: 1 same");
});
