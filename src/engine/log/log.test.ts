import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, Region } from "../../core/context.ts";
import { longestMessageBytes, type LogEvent, type LogStreamId } from "../../observe/log-sink.ts";
import { applicationLogLevels, type ApplicationLogLevel, type SystemLogLevel } from "../../functions/logging.ts";
import { EnvironmentLog, type FunctionLine, type LogFormat, type LogRecord } from "./environment-log.ts";
import { LineSplitter, longestLineBytes } from "./line-splitter.ts";
import { fault, tracingOf, type Outcome, type PlatformEvent } from "./platform-events.ts";
import { jsonFormat } from "./platform-envelopes.ts";
import { textFormat } from "./platform-lines.ts";

function split(...pieces: string[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const piece of pieces) splitter.push(Buffer.from(piece, "latin1"));
  splitter.flush();
  return lines;
}

describe("what a function prints", () => {
  test("is one event a line, wherever the pieces were cut", () => {
    expect(split("one\ntw", "o\n\nthree", "")).toEqual(["one", "two", "", "three"]);
  });

  test("keeps characters that arrive in two pieces whole", () => {
    const bytes = Buffer.from("größe\n").toString("latin1");
    expect(split(bytes.slice(0, 3), bytes.slice(3))).toEqual(["größe"]);
  });

  test("is cut when a line never ends", () => {
    const lines = split("x".repeat(longestLineBytes * 2 + 5), "y\n");
    expect(lines.map((line) => line.length)).toEqual([longestLineBytes, longestLineBytes, 6]);
  });

  test("that is no text grows when it is read as text: it is cut into events all the same", () => {
    const { log, events } = open();
    log.print(Buffer.alloc(longestLineBytes, 0xff));
    log.print(Buffer.from(`\n${"é".repeat(longestLineBytes / 2)}\n`));
    log.flush();
    const sizes = events.map(({ message }) => Buffer.byteLength(message));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(longestMessageBytes);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(3 * longestLineBytes + longestLineBytes);
    expect(events.at(-1)?.message).toMatch(/^é+$/);
  });

  test("may come byte by byte", () => {
    expect(split(...Array.from("a".repeat(1000)), "\nb")).toEqual(["a".repeat(1000), "b"]);
  });
});

function open(format: LogFormat = textFormat): { log: EnvironmentLog; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const stream: LogStreamId = {
    function: { account: "000000000000" as AccountId, region: "us-east-1" as Region, name: "f" },
    group: "/aws/lambda/f",
    stream: "2026/01/31/[$LATEST]00",
  };
  const sink = { append: (_: LogStreamId, more: readonly LogEvent[]) => void events.push(...more), soon: (gather: () => void) => void setImmediate(gather), flush: async () => {} };
  return { log: new EnvironmentLog({ sink, stream, clock: new ManualClock(5), format }), events };
}

const start: PlatformEvent = { type: "platform.start", record: { requestId: "id", functionArn: "arn", version: "7" } };
const end: PlatformEvent = { type: "platform.end", record: { requestId: "id" } };

describe("the log of an environment", () => {
  test("keeps the order of platform and function lines and ends a begun line", () => {
    const { log, events } = open();
    log.platform(start);
    log.print(Buffer.from("no newline"));
    log.platform(() => end);
    log.flush();
    expect(events).toEqual([
      { timeMs: 5, message: "START RequestId: id Version: 7" },
      { timeMs: 5, message: "no newline" },
      { timeMs: 5, message: "END RequestId: id" },
    ]);
  });

  test("tells subscribers of every event, also of what its format does not show, until they leave", () => {
    const { log, events } = open();
    const seen: LogRecord[] = [];
    expect(log.wants("platform.runtimeDone")).toBe(false);
    const leave = log.subscribe((records) => seen.push(...records));
    expect(log.wants("platform.runtimeDone")).toBe(true);
    log.platform(runtimeDone("success"));
    log.print(Buffer.from("hello\n"));
    log.flush();
    leave();
    log.platform(start);
    log.flush();
    expect(seen).toEqual([{ timeMs: 5, ...runtimeDone("success") }, { timeMs: 5, type: "function", record: "hello" }]);
    expect(events.map(({ message }) => message)).toEqual(["hello", "START RequestId: id Version: 7"]);
  });

  test("reaches the sink by itself, after the present turn", async () => {
    const { log, events } = open();
    log.platform(start);
    expect(events).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toHaveLength(1);
  });

  test("has a tail of the last 4,096 bytes since the invoke began", () => {
    const { log } = open();
    log.print(Buffer.from("before\n"));
    const opened = log.openTail();
    for (let index = 0; index < 10_000; index += 1) log.print(Buffer.from(`line ${index} é\n`));
    log.platform(end);
    const tail = opened.end();
    expect(tail.length).toBe(4096);
    expect(tail.toString()).toMatch(/line 9998 é\nline 9999 é\nEND RequestId: id\n$/);
  });

  test("has a short tail whole", () => {
    const { log } = open();
    log.print(Buffer.from("before\n"));
    const tail = log.openTail();
    log.platform(start);
    log.platform(runtimeDone("success"));
    log.print(Buffer.from("in"));
    expect(tail.end().toString()).toBe("START RequestId: id Version: 7\nin\n");
  });
});

const outcomes = {
  success: { status: "success" },
  timeout: { status: "timeout" },
  error: { status: "error", errorType: "Runtime.ExitError" },
} as const satisfies Record<string, Outcome>;

const runtimeDone = (outcome: keyof typeof outcomes): PlatformEvent => ({
  type: "platform.runtimeDone",
  record: { requestId: "id", ...outcomes[outcome], metrics: { durationMs: 1.0005, producedBytes: 2 } },
});

const report = (outcome: keyof typeof outcomes = "success", initDurationMs?: number, trace?: string): PlatformEvent => ({
  type: "platform.report",
  record: {
    requestId: "id",
    metrics: { durationMs: 3.0051, billedDurationMs: 114, memorySizeMB: 128, maxMemoryUsedMB: 37, initDurationMs },
    ...outcomes[outcome],
    tracing: tracingOf(trace),
  },
});

const initReport = (initializationType: "on-demand" | "provisioned-concurrency", status: "success" | "timeout"): PlatformEvent => ({
  type: "platform.initReport",
  record: { initializationType, phase: "init", status, metrics: { durationMs: 9999.789 } },
});

const initStart = (phase: "init" | "invoke"): PlatformEvent => ({
  type: "platform.initStart",
  record: {
    initializationType: "on-demand",
    phase,
    runtimeVersion: "nodejs:24.v1",
    runtimeVersionArn: "arn:aws:lambda:eu-west-1::runtime:ab",
    functionName: "f",
    functionVersion: "$LATEST",
    instanceId: "2026/01/31/[$LATEST]00",
    instanceMaxMemory: 134_217_728,
  },
});

const extension: PlatformEvent = { type: "platform.extension", record: { name: "x", state: "Ready", events: ["INVOKE", "SHUTDOWN"] } };

describe("platform lines in text", () => {
  const line = (event: PlatformEvent): string | undefined => textFormat.line(event, 0);

  test("report a cold start as AWS does, trailing tab included", () => {
    expect(line(report("success", 110.1))).toBe(
      "REPORT RequestId: id\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 37 MB\tInit Duration: 110.10 ms\t",
    );
  });

  test("report a sampled trace in a second line of the same event", () => {
    const traced = (trace: string): string | undefined => line(report("error", undefined, trace));
    const [root, parent] = ["1-5bef4de7-ad49b0e87f6ef6c87fc2e700", "9a9197af755a6419"];
    expect(traced(`Root=${root};Parent=${parent};Sampled=1;Lineage=a87bd80c:0`)).toMatch(
      new RegExp(`\tError Type: Runtime.ExitError\t\nXRAY TraceId: ${root}\tSegmentId: ${parent}\tSampled: true\t$`),
    );
    expect(traced(`Sampled=1;Root=${root}`)).toMatch(new RegExp(`\nXRAY TraceId: ${root}\tSampled: true\t$`));
    expect(traced(`Root=${root};Parent=${parent};Sampled=0`)).not.toContain("XRAY");
  });

  test("report failures with status and type", () => {
    expect(line(report("timeout"))).toMatch(/Max Memory Used: 37 MB\tStatus: timeout\t$/);
    expect(line(report("error"))).toMatch(/MB\tStatus: error\tError Type: Runtime.ExitError\t$/);
  });

  test("tell of the runtime, of a failed init, of extensions and of subscriptions", () => {
    expect(line(initStart("init"))).toBe("INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:ab");
    expect(line(initReport("on-demand", "timeout"))).toBe("INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout");
    expect(line(extension)).toBe("EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]");
    const named = { name: "x\tState: Exited\nREPORT", state: "InitError", events: [], errorType: "E\r\nREPORT" } as const;
    expect(line({ type: "platform.extension", record: named })).toBe("EXTENSION\tName: x State: Exited REPORT\tState: InitError\tEvents: []\tError Type: E  REPORT");
    expect(line({ type: "platform.telemetrySubscription", record: { name: "x", state: "Subscribed", types: ["platform", "function"] } })).toBe(
      "TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]",
    );
    expect(line(fault("in words"))).toBe("in words");
  });

  test("pass over what has no line", () => {
    for (const event of [initStart("invoke"), initReport("on-demand", "success"), runtimeDone("error")]) expect(line(event)).toBeUndefined();
    expect(line(initReport("provisioned-concurrency", "success"))).toBe("INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\t");
  });
});

const json = (systemLevel: SystemLogLevel, applicationLevel: ApplicationLogLevel = "INFO"): LogFormat => jsonFormat({ systemLevel, applicationLevel });

describe("platform lines in JSON", () => {
  test("are the envelopes of the Telemetry API, durations in microseconds", () => {
    expect(json("INFO").line(report("success", 463.5121), 0)).toBe(
      '{"time":"1970-01-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"id","metrics":{"durationMs":3.005,' +
        '"billedDurationMs":114,"memorySizeMB":128,"maxMemoryUsedMB":37,"initDurationMs":463.512},"status":"success"}}',
    );
    expect(json("DEBUG").line(end, 0)).toBeUndefined();
  });

  test.each<[string, PlatformEvent, string[]]>([
    ["INFO", initStart("invoke"), ["DEBUG", "INFO"]],
    ["DEBUG", runtimeDone("success"), ["DEBUG"]],
    ["WARN", runtimeDone("error"), ["DEBUG", "INFO", "WARN"]],
    ["DEBUG", initReport("on-demand", "success"), ["DEBUG"]],
    ["INFO", initReport("provisioned-concurrency", "success"), ["DEBUG", "INFO"]],
    ["WARN", initReport("provisioned-concurrency", "timeout"), ["DEBUG", "INFO", "WARN"]],
    ["INFO", report(), ["DEBUG", "INFO"]],
    ["WARN", report("timeout"), ["DEBUG", "INFO", "WARN"]],
    ["INFO", extension, ["DEBUG", "INFO"]],
    ["WARN", fault("x"), ["DEBUG", "INFO", "WARN"]],
  ])("of level %s are shown from there on", (_, event, shown) => {
    const levels = (["DEBUG", "INFO", "WARN"] as const).filter((level) => json(level).line(event, 0) !== undefined);
    expect(levels).toEqual(shown);
  });
});

describe("a function's own lines in JSON format", () => {
  const timestamp = "2026-01-31T12:00:00.123Z";
  test.each<[string, FunctionLine, ApplicationLogLevel]>([
    ["a framed message has its frame's level", { type: "function", record: "x", level: "DEBUG" }, "DEBUG"],
    ["the frame's goes before the object's", { type: "function", record: JSON.stringify({ level: "FATAL", timestamp }), level: "WARN" }, "WARN"],
    ["an object has its own beside a time", { type: "function", record: JSON.stringify({ level: "ERROR", timestamp }) }, "ERROR"],
    ["a level may be written small", { type: "function", record: JSON.stringify({ level: "debug", timestamp }) }, "DEBUG"],
    ["WARNING is Python's WARN", { type: "function", record: JSON.stringify({ level: "WARNING", timestamp }) }, "WARN"],
    ["CRITICAL is Python's FATAL", { type: "function", record: JSON.stringify({ level: "CRITICAL", timestamp }) }, "FATAL"],
    ["a level that is no text is INFO", { type: "function", record: JSON.stringify({ level: 50, timestamp }) }, "INFO"],
    ["an object without a time is INFO", { type: "function", record: '{"level":"ERROR"}' }, "INFO"],
    ["an object with a time that is none is INFO", { type: "function", record: '{"level":"ERROR","timestamp":"today"}' }, "INFO"],
    ["an unknown level is INFO", { type: "function", record: JSON.stringify({ level: "LOUD", timestamp }) }, "INFO"],
    ["plain text is INFO", { type: "function", record: "level: ERROR" }, "INFO"],
    ["what only begins as an object is INFO", { type: "function", record: `{"level":"ERROR","timestamp":"${timestamp}"` }, "INFO"],
    ["a deep object costs nothing", { type: "function", record: '{"a":'.repeat(50_000) }, "INFO"],
  ])("%s", (_, line, level) => {
    const shown = applicationLogLevels.filter((filter) => json("INFO", filter).admits(line));
    expect(shown).toEqual(applicationLogLevels.slice(0, applicationLogLevels.indexOf(level) + 1));
  });

  test("below the level are in neither the log nor the tail, but subscribers get them", () => {
    const { log, events } = open(json("INFO", "ERROR"));
    const seen: LogRecord[] = [];
    log.subscribe((records) => seen.push(...records));
    const tail = log.openTail();
    log.print(Buffer.from(`dropped\n{"level":"ERROR","timestamp":"${timestamp}"}\n`));
    expect(tail.end().toString()).toBe(`{"level":"ERROR","timestamp":"${timestamp}"}\n`);
    log.flush();
    expect(events).toHaveLength(1);
    expect(seen).toHaveLength(2);
  });
});

test("a trace is told of when it is sampled", () => {
  expect(tracingOf("Root=1-0-0;Parent=0;Sampled=1")).toEqual({ type: "X-Amzn-Trace-Id", value: "Root=1-0-0;Parent=0;Sampled=1" });
  expect(tracingOf("Root=1-0-0;Parent=0;Sampled=0")).toBeUndefined();
});
