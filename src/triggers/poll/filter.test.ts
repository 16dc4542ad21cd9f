import { expect, test } from "vitest";
import { recordFilter } from "./filter.ts";
import type { SourceRecord } from "./source.ts";
import { sqsSource } from "./sources/sqs.ts";

/** As a queue gives it out. */
async function recordOf(Body: string): Promise<SourceRecord> {
  const message = { MessageId: "m", ReceiptHandle: "r", Body, Attributes: { ApproximateReceiveCount: "1" } };
  const reader = sqsSource.open("arn:aws:sqs:eu-west-1:000000000000:q", () => Promise.resolve({ Messages: [message] }));
  const [record] = await reader.read({ limit: 1, waitSeconds: 0, signal: new AbortController().signal });
  if (record === undefined) throw new Error("no record");
  return record;
}

const filterOf = (...patterns: (object | undefined)[]) =>
  recordFilter({ FilterCriteria: { Filters: patterns.map((pattern) => ({ Pattern: pattern === undefined ? undefined : JSON.stringify(pattern) })) } }, "body");

test.each([
  ["text", { body: ["text"] }, true],
  ["text", { body: [{ prefix: "te" }] }, true],
  ["other", { body: ["text"] }, false],
  ['{"a":1}', { body: { a: [1] } }, true],
  ['{"a":1.0}', { body: { a: [1] } }, false],
  ['{"a":[1,2]}', { body: { a: [2] } }, true],
  // A text where members are asked for, and the other way round.
  ["text", { body: { a: [1] } }, false],
  ["text", { body: { a: [{ exists: false }] } }, false],
  ['{"a":1}', { body: ["text"] }, false],
  ['{"a":1}', { body: [{ exists: true }] }, false],
  // Other members of the record.
  ["text", { attributes: { ApproximateReceiveCount: ["1"] } }, true],
  ['{"a":1}', { eventSource: ["aws:sqs"], body: { a: [{ numeric: [">", 0] }] } }, true],
])("%s held against %j: %s", async (body, pattern, expected) => {
  expect(filterOf(pattern)(await recordOf(body))).toBe(expected);
});

test("one of several filters is enough; one without a pattern, or none at all, lets everything pass", async () => {
  const record = await recordOf("text");
  expect(filterOf({ body: ["other"] }, { body: ["text"] })(record)).toBe(true);
  expect(filterOf({ body: ["other"] }, undefined)(record)).toBe(true);
  expect(recordFilter({}, "body")(record)).toBe(true);
});
