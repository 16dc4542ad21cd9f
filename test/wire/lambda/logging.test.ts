// LoggingConfig through the official client: what is shown, and what comes of it in logs, variables and `lambent logs`.
import { fileURLToPath } from "node:url";
import {
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
  type LoggingConfig,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke, refusal, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { run } from "../../harness/program.ts";

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent();
});
afterAll(() => lambent[Symbol.asyncDispose]());

const handler = `export const handler = async ({ lines = [] }) => {
  for (const line of lines) process.stdout.write(line + "\\n");
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^AWS_LAMBDA_LOG_|^_LAMBDA_TELEMETRY/.test(name)));
};`;

const create = (name: string, LoggingConfig: LoggingConfig) => createFunction(lambent.lambda, name, { "index.mjs": handler }, { LoggingConfig });

async function update(name: string, LoggingConfig: LoggingConfig): Promise<LoggingConfig | undefined> {
  const { LoggingConfig: shown } = await lambent.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, LoggingConfig }));
  await waitUntilUpdated(lambent.lambda, name);
  return shown;
}

const shownOf = async (FunctionName: string): Promise<LoggingConfig | undefined> =>
  (await lambent.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).LoggingConfig;

/** Lines of `lambent logs` without their times. */
async function logsOf(...args: readonly string[]): Promise<string[]> {
  const bin = fileURLToPath(new URL("../../../bin/lambent.js", import.meta.url));
  const place = ["--port", new URL(lambent.endpoint).port, "--data", temporaryFolder("no-server")];
  const { stdout } = await run(process.execPath, [bin, "logs", ...args, ...place], {});
  return stdout.trimEnd().split("\n").map((line) => line.slice("2026-01-31T12:00:00.123Z ".length));
}

const envelopes = (lines: readonly string[]): { time: string; type: string; record: Record<string, unknown> }[] =>
  lines.filter((line) => line.startsWith('{"time"')).map((line) => JSON.parse(line));

test("JSON has levels, which are INFO unless said; an update changes what it names; text drops them", async () => {
  await create("changing", { LogFormat: "JSON" });
  const LogGroup = "/aws/lambda/changing";
  expect(await shownOf("changing")).toEqual({ LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "INFO", LogGroup });
  expect(await update("changing", { SystemLogLevel: "WARN" })).toEqual({ LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "WARN", LogGroup });
  expect(await update("changing", { LogGroup: "shared" })).toMatchObject({ LogFormat: "JSON", SystemLogLevel: "WARN", LogGroup: "shared" });
  const { Functions = [] } = await lambent.lambda.send(new ListFunctionsCommand({}));
  expect(Functions.find(({ FunctionName }) => FunctionName === "changing")?.LoggingConfig?.LogGroup).toBe("shared");
  expect(await update("changing", { LogFormat: "Text" })).toEqual({ LogFormat: "Text", LogGroup: "shared" });
  expect(await update("changing", { LogGroup })).toEqual({ LogFormat: "Text", LogGroup });
});

test("levels are refused with text, in AWS's words", async () => {
  const words = 'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.';
  await expect(create("refused", { LogFormat: "Text", SystemLogLevel: "INFO" })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", words));
  await create("texting", {});
  await expect(update("texting", { ApplicationLogLevel: "DEBUG" })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", words));
});

test("a change of it makes a new version, and the same again none", async () => {
  await create("versioned", {});
  const publish = async () => (await lambent.lambda.send(new PublishVersionCommand({ FunctionName: "versioned" }))).Version;
  expect(await publish()).toBe("1");
  await waitUntilUpdated(lambent.lambda, "versioned");
  await update("versioned", { LogFormat: "JSON" });
  expect(await publish()).toBe("2");
  await waitUntilUpdated(lambent.lambda, "versioned");
  await update("versioned", { LogFormat: "JSON", LogGroup: "/aws/lambda/versioned" });
  expect(await publish()).toBe("2");
});

test("text has neither variables nor envelopes", async () => {
  await create("text", {});
  const { body, log } = await invoke(lambent.lambda, "text");
  expect(Object.keys(body as object).sort()).toEqual(["AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"]);
  expect(log).toMatch(/^START RequestId/);
});

test("JSON tells the platform's lines as envelopes, and drops lines below their level", async () => {
  await create("filtered", { LogFormat: "JSON", ApplicationLogLevel: "WARN" });
  const timestamp = "2026-01-31T12:00:00.123Z";
  const lines = [{ level: "INFO", timestamp }, { level: "ERROR", timestamp }, { level: "ERROR" }].map((line) => JSON.stringify(line));
  const { body, log, requestId } = await invoke(lambent.lambda, "filtered", { lines: [...lines, "plain"] });
  expect(body).toMatchObject({ AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "WARN", AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/filtered" });
  const [start, error, report, ...rest] = log.trimEnd().split("\n");
  expect(rest).toEqual([]);
  expect(error).toBe(lines[1]);
  expect(envelopes([start ?? "", report ?? ""])).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      type: "platform.start",
      record: { requestId, functionArn: "arn:aws:lambda:us-east-1:000000000000:function:filtered", version: "$LATEST" },
    },
    {
      time: expect.any(String),
      type: "platform.report",
      record: {
        requestId,
        metrics: { durationMs: expect.any(Number), billedDurationMs: expect.any(Number), memorySizeMB: 128, maxMemoryUsedMB: expect.any(Number), initDurationMs: expect.any(Number) },
        status: "success",
      },
    },
  ]);
  expect(envelopes(await logsOf("filtered")).map(({ type }) => type)).toEqual(["platform.initStart", "platform.start", "platform.report"]);
});

test("system level DEBUG tells everything of an invoke, WARN only what went wrong", async () => {
  await create("talkative", { LogFormat: "JSON", SystemLogLevel: "DEBUG" });
  const { requestId } = await invoke(lambent.lambda, "talkative", {}, { LogType: "None" });
  // The report follows when the runtime has asked for its next event.
  await expect.poll(async () => (await logsOf("talkative")).length).toBe(6);
  const events = envelopes(await logsOf("talkative"));
  expect(events.map(({ type }) => type.replace("platform.", ""))).toEqual(["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]);
  expect(events.find(({ type }) => type === "platform.runtimeDone")?.record).toEqual({
    requestId,
    status: "success",
    spans: ["responseLatency", "responseDuration", "runtimeOverhead"].map((name) => ({ name, start: expect.any(String), durationMs: expect.any(Number) })),
    metrics: { durationMs: expect.any(Number), producedBytes: expect.any(Number) },
  });
  await create("quiet", { LogFormat: "JSON", SystemLogLevel: "WARN" });
  expect((await invoke(lambent.lambda, "quiet")).log).toBe("");
});

test("a group may be shared: streams then carry the function's name, and each function's lines are shown apart", async () => {
  for (const name of ["one", "two"]) {
    await create(name, { LogGroup: "/team/shared" });
    const { body } = await invoke(lambent.lambda, name, { lines: [`of ${name}`] });
    expect(body).toMatchObject({
      AWS_LAMBDA_LOG_GROUP_NAME: "/team/shared",
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(new RegExp(`^\\d{4}/\\d\\d/\\d\\d/${name}\\[\\$LATEST\\][0-9a-f]{32}$`)),
    });
  }
  const ownWords = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("of "));
  expect(ownWords(await logsOf("one"))).toEqual(["of one"]);
  expect(ownWords(await logsOf("--group", "/team/shared")).sort()).toEqual(["of one", "of two"]);
  await expect(logsOf("one", "--group", "/team/shared")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("--group") });
});
