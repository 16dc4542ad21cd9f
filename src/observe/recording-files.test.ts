import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseRecording, type Recording } from "../core/recording.ts";
import { RecordingFiles } from "./recording-files.ts";

const scope = { account: "000000000000", region: "us-east-1", name: "f" };
const recording = (second: number, response: unknown = 1): Recording => ({
  lambentRecording: 1,
  function: "f",
  recordedAt: `2026-01-31T12:00:0${second}.000Z`,
  requestId: `request-${second}`,
  executedVersion: "$LATEST",
  event: { json: {} },
  outcome: { response: { json: response } },
  durationMs: 1,
  log: "",
});
const open = (bounds?: { files: number; bytes: number }): RecordingFiles => new RecordingFiles(mkdtempSync(join(tmpdir(), "lambent-recordings-")), bounds);
const requestsOf = (texts: readonly string[]): readonly string[] => texts.map((text) => parseRecording(text).requestId);

test("gives the last ones, oldest first, and replaces one of the same time and request", async () => {
  const files = open();
  const paths = await Promise.all([3, 1, 2].map((second) => files.keep(scope, recording(second))));
  for (const path of paths) expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(requestsOf(await files.last(scope, 2))).toEqual(["request-2", "request-3"]);
  await files.keep(scope, recording(3, "other"));
  expect((await files.last(scope, 9)).map((text) => parseRecording(text).outcome.response)).toEqual([{ json: 1 }, { json: 1 }, { json: "other" }]);
  expect(await files.last({ ...scope, name: "g" }, 9)).toEqual([]);
});

test("counts those of an earlier start, and does without those that somebody has removed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lambent-recordings-"));
  const bounds = { files: 2, bytes: 1 << 20 };
  const earlier = new RecordingFiles(folder, bounds);
  const paths = await Promise.all([1, 2].map((second) => earlier.keep(scope, recording(second))));
  const files = new RecordingFiles(folder, bounds);
  await files.keep(scope, recording(3));
  expect(requestsOf(await files.last(scope, 9))).toEqual(["request-2", "request-3"]);
  rmSync(paths[1] ?? "");
  await files.keep(scope, recording(4));
  expect(requestsOf(await files.last(scope, 9))).toEqual(["request-3", "request-4"]);
});

test("the oldest go when there are too many, or too large ones", async () => {
  const few = open({ files: 2, bytes: 1 << 20 });
  for (const second of [1, 2, 3, 4]) await few.keep(scope, recording(second));
  expect(requestsOf(await few.last(scope, 9))).toEqual(["request-3", "request-4"]);
  const small = open({ files: 9, bytes: 3000 });
  for (const second of [1, 2, 3]) await small.keep(scope, recording(second, "x".repeat(1000)));
  expect(requestsOf(await small.last(scope, 9))).toEqual(["request-2", "request-3"]);
});
