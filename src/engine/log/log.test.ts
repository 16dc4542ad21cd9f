import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, Region } from "../../core/context.ts";
import type { LogEvent, LogStreamId } from "../../observe/log-sink.ts";
import { EnvironmentLog } from "./environment-log.ts";
import { LineSplitter, longestLineBytes } from "./line-splitter.ts";
import { initReportLine, initStartLine, reportLine, timedOutLine } from "./platform-lines.ts";

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

  test("may come byte by byte", () => {
    expect(split(...Array.from("a".repeat(1000)), "\nb")).toEqual(["a".repeat(1000), "b"]);
  });
});

function open(): { log: EnvironmentLog; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const stream: LogStreamId = {
    function: { account: "000000000000" as AccountId, region: "us-east-1" as Region, name: "f" },
    group: "/aws/lambda/f",
    stream: "2026/01/31/[$LATEST]00",
  };
  const sink = { append: (_: LogStreamId, more: readonly LogEvent[]) => void events.push(...more), flush: async () => {} };
  return { log: new EnvironmentLog(sink, stream, new ManualClock(5)), events };
}

describe("the log of an environment", () => {
  test("keeps the order of platform and function lines and ends a begun line", () => {
    const { log, events } = open();
    log.platform("START");
    log.print(Buffer.from("no newline"));
    log.platform(() => "END");
    log.flush();
    expect(events).toEqual([
      { timeMs: 5, message: "START" },
      { timeMs: 5, message: "no newline" },
      { timeMs: 5, message: "END" },
    ]);
  });

  test("reaches the sink by itself, after the present turn", async () => {
    const { log, events } = open();
    log.platform("START");
    expect(events).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toHaveLength(1);
  });

  test("has a tail of the last 4,096 bytes since the invoke began", () => {
    const { log } = open();
    log.print(Buffer.from("before\n"));
    log.beginTail();
    for (let index = 0; index < 10_000; index += 1) log.print(Buffer.from(`line ${index} é\n`));
    log.platform("END");
    const tail = log.endTail();
    expect(tail.length).toBe(4096);
    expect(tail.toString()).toMatch(/line 9998 é\nline 9999 é\nEND\n$/);
  });

  test("has a short tail whole", () => {
    const { log } = open();
    log.print(Buffer.from("before\n"));
    log.beginTail();
    log.platform("START");
    log.print(Buffer.from("in"));
    expect(log.endTail().toString()).toBe("START\nin\n");
  });
});

describe("platform lines", () => {
  const facts = { requestId: "id", durationMs: 3.0051, memoryMiB: 128, peakMemoryBytes: 36.2 * 1024 * 1024 };

  test("report a cold start as AWS does, trailing tab included", () => {
    expect(reportLine({ ...facts, initDurationMs: 110.1, outcome: { status: "success" } })).toBe(
      "REPORT RequestId: id\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 37 MB\tInit Duration: 110.10 ms\t",
    );
  });

  test("report failures with status and type", () => {
    const failed = { ...facts, initDurationMs: undefined };
    expect(reportLine({ ...failed, outcome: { status: "timeout" } })).toMatch(/Max Memory Used: 37 MB\tStatus: timeout\t$/);
    expect(reportLine({ ...failed, outcome: { status: "error", errorType: "Runtime.ExitError" } })).toMatch(
      /MB\tStatus: error\tError Type: Runtime.ExitError\t$/,
    );
  });

  test("tell of the runtime, of a failed init and of a timeout", () => {
    expect(initStartLine("nodejs:24.v1", "eu-west-1", "ab")).toBe(
      "INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:ab",
    );
    expect(initReportLine({ durationMs: 9999.789, phase: "init", outcome: { status: "timeout" } })).toBe(
      "INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout",
    );
    expect(timedOutLine(0, "id", "3.00")).toBe("1970-01-01T00:00:00.000Z id Task timed out after 3.00 seconds");
  });
});
