import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { AccountId, Region } from "../core/context.ts";
import { FileLogSink, type LoggedEvent } from "./file-log-sink.ts";
import { silentLogger } from "./logger.ts";

const stream = (name: string) => ({
  function: { account: "000000000000" as AccountId, region: "us-east-1" as Region, name: "hello" },
  group: "/aws/lambda/hello",
  stream: name,
});
const parts = { logger: silentLogger, clock: systemClock };
const group = { account: "000000000000", region: "us-east-1", group: "/aws/lambda/hello" };
const folder = (): string => mkdtempSync(join(tmpdir(), "lambent-logs-"));

test("reads the streams of a group in one order of time", async () => {
  const sink = new FileLogSink(folder(), parts);
  sink.append(stream("2026/01/31/[$LATEST]a"), [{ timeMs: 1, message: "one" }, { timeMs: 3, message: "three" }]);
  sink.append(stream("2026/01/31/[$LATEST]b"), [{ timeMs: 2, message: "two\nlines" }]);
  expect((await sink.read(group, { sinceMs: 0, limit: 100 })).map(({ message }) => message)).toEqual(["one", "two\nlines", "three"]);
  expect((await sink.read(group, { sinceMs: 2, limit: 1 })).map(({ message }) => message)).toEqual(["three"]);
});

test("keeps everything appended while it writes", async () => {
  const sink = new FileLogSink(folder(), parts);
  for (let n = 0; n < 500; n++) {
    sink.append(stream("s"), [{ timeMs: n, message: String(n) }]);
    if (n % 50 === 0) await Promise.resolve();
  }
  expect((await sink.read(group, { sinceMs: 0, limit: 1000 })).map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test("passes over a line that a kill cut off", async () => {
  const directory = folder();
  const sink = new FileLogSink(directory, parts);
  sink.append(stream("s"), [{ timeMs: 1, message: "whole" }]);
  await sink.flush();
  const inGroup = join(directory, "000000000000", "us-east-1", encodeURIComponent(group.group));
  appendFileSync(join(inGroup, readdirSync(inGroup)[0] ?? ""), '{"timeMs":2,"mess');
  expect((await sink.read(group, { sinceMs: 0, limit: 100 })).map(({ message }) => message)).toEqual(["whole"]);
});

test("reads nothing for a limit of 0, and nothing but its own folder whatever a group is called", async () => {
  const directory = folder();
  const sink = new FileLogSink(directory, parts);
  sink.append(stream("s"), [{ timeMs: 1, message: "mine" }]);
  expect(await sink.read(group, { sinceMs: 0, limit: 0 })).toEqual([]);
  appendFileSync(join(directory, "000000000000", "planted.jsonl"), '{"timeMs":1,"message":"planted"}\n');
  for (const name of ["..", ".", "x".repeat(512)]) expect(await sink.read({ ...group, group: name }, { sinceMs: 0, limit: 100 })).toEqual([]);
});

test("tells followers until they leave", () => {
  const sink = new FileLogSink(folder(), parts);
  const seen: LoggedEvent[] = [];
  const leave = sink.follow((_, events) => seen.push(...events));
  sink.append(stream("s"), [{ timeMs: 1, message: "a" }]);
  leave();
  sink.append(stream("s"), [{ timeMs: 2, message: "b" }]);
  expect(seen).toEqual([{ timeMs: 1, message: "a", stream: "s" }]);
});

test("an unwritable folder is told in the log, not thrown at the function", async () => {
  const events: string[] = [];
  const sink = new FileLogSink("/dev/null/nowhere", { ...parts, logger: { ...silentLogger, error: (_, event) => events.push(event) } });
  sink.append(stream("s"), [{ timeMs: 1, message: "a" }]);
  await sink.flush();
  expect(events).toEqual(["log-write-failed"]);
});

test("what a disk cannot keep up with is bounded, and told in the log", async () => {
  const lost: number[] = [];
  const sink = new FileLogSink(folder(), { ...parts, logger: { ...silentLogger, error: (fields) => lost.push((fields as { readonly lost: number }).lost) } });
  // In one turn nothing can be written.
  for (let n = 0; n < 50; n++) sink.append(stream("s"), [{ timeMs: n, message: "x".repeat(1024 * 1024) }]);
  const kept = (await sink.read(group, { sinceMs: 0, limit: 100 })).length;
  expect(kept).toBeGreaterThan(20);
  expect(lost).toEqual([50 - kept]);
  sink.append(stream("s"), [{ timeMs: 100, message: "afterwards" }]);
  expect((await sink.read(group, { sinceMs: 100, limit: 100 })).map(({ message }) => message)).toEqual(["afterwards"]);
});

test("a stream that gets lines faster than the disk takes them still has files of a bounded size", async () => {
  const directory = folder();
  const sink = new FileLogSink(directory, parts);
  const files = (): string[] => readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".jsonl"));
  const sizes = (): readonly number[] => files().map((name) => statSync(join(directory, name)).size);
  const message = "x".repeat(2 * 1024 * 1024);
  const print = (): void => sink.append(stream("endless"), [{ timeMs: 1, message }]);
  for (let count = 0; count < 3; count += 1) print();
  const flushed = sink.flush();
  // There are always some more when some have been written.
  for (let count = 0, before = ""; count < 40; count += 1) {
    await vi.waitUntil(() => sizes().join() !== before, { interval: 1 });
    before = sizes().join();
    for (let line = 0; line < 3; line += 1) print();
  }
  await flushed;
  await sink.flush();
  // What is moved aside, and at most what waited.
  expect(Math.max(...sizes())).toBeLessThan(52 * 1024 * 1024);
  rmSync(directory, { recursive: true });
});
