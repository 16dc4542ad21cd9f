// Remembered answers of pure functions.
import { expect, test } from "vitest";
import { remembered } from "./remembered.ts";

test("asks once about a text, also where the answer is nothing", () => {
  const asked: string[] = [];
  const find = remembered((text) => {
    asked.push(text);
    return text === "known" ? 1 : undefined;
  });
  expect([find("known"), find("known"), find("other"), find("other")]).toEqual([1, 1, undefined, undefined]);
  expect(asked).toEqual(["known", "other"]);
});

test("asks again after a refusal, and about long texts", () => {
  let count = 0;
  const find = remembered((text) => {
    count += 1;
    if (text === "") throw new RangeError("nothing");
    return count;
  });
  expect(() => find("")).toThrow(RangeError);
  expect(() => find("")).toThrow(RangeError);
  const long = "x".repeat(10_000);
  expect([find(long), find(long)]).toEqual([3, 4]);
});

test("keeps no more than a bounded number of texts", () => {
  let count = 0;
  const find = remembered(() => (count += 1));
  for (let at = 0; at < 5000; at += 1) find(String(at));
  find("0");
  expect(count).toBe(5001);
});
