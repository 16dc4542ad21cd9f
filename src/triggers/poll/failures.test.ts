import { expect, test } from "vitest";
import { readBatchFailures } from "./failures.ts";

const ids = new Set(["a", "b"]);
const read = (text: string) => readBatchFailures(Buffer.from(text), ids);

test.each(["null", "", '""', "[]", "{}", '{"batchItemFailures":null}', '{"batchItemFailures":[]}'])("%s: none failed", (text) => {
  expect(read(text)).toEqual(new Set());
});

test.each([
  '{"batchItemFailures":[{"itemIdentifier":""}]}',
  '{"batchItemFailures":[{"itemIdentifier":null}]}',
  '{"batchItemFailures":[{"itemIdentifier":"c"}]}',
  '{"batchItemFailures":[{"messageId":"a"}]}',
  '{"batchItemFailures":["a"]}',
  '{"batchItemFailures":"a"}',
  '{"batchitemfailures":[]}',
  "not JSON",
  "1",
  "true",
])("%s: all failed", (text) => {
  expect(read(text)).toBe("all");
});

test("those that are named failed, the others did not", () => {
  expect(read('{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}')).toEqual(new Set(["b"]));
});
