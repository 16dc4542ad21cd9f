import { expect, test } from "vitest";
import type { RecordedOutcome } from "../core/recording.ts";
import { outcomeDiff } from "./outcome-diff.ts";

const answer = (json: unknown, functionError?: string): RecordedOutcome => ({ ...(functionError === undefined ? {} : { functionError }), response: { json } });

test("nothing differs when only the order of members does, or what is ignored", () => {
  expect(outcomeDiff(answer({ a: 1, b: 2 }), answer({ b: 2, a: 1 }), [])).toBe(undefined);
  expect(outcomeDiff(answer({ at: 1, items: [{ id: 1, n: 1 }] }), answer({ items: [{ id: 2, n: 1 }] }), ["at", "items.*.id"])).toBe(undefined);
  expect(outcomeDiff({ response: { leftOutBytes: 9 } }, answer(1), [])).toBe(undefined);
});

test("shows what went and what came, with its surroundings", () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 };
  expect(outcomeDiff(answer(before), answer({ ...before, d: "four" }), [])).toEqual(['    "b": 2,', '    "c": 3,', '-   "d": 4,', '+   "d": "four",', '    "e": 5,', '    "f": 6,']);
});

test("a function that fails now, or no more, has changed", () => {
  expect(outcomeDiff(answer(1), answer({ errorMessage: "no" }, "Unhandled"), [])).toEqual(["- 1", "+ function error: Unhandled", "+ {", '+   "errorMessage": "no"', "+ }"]);
  expect(outcomeDiff({ response: { leftOutBytes: 9 } }, answer("no", "Unhandled"), [])).toContain("+ function error: Unhandled");
  expect(outcomeDiff({ response: { base64: "AA==" } }, { response: { base64: "AQ==" } }, [])).toContain('-   "base64": "AA=="');
});

test("of very long responses it only says that they differ", () => {
  const long = Array.from({ length: 30_000 }, (_, index) => index);
  expect(outcomeDiff(answer(long), answer(long.toReversed()), [])).toHaveLength(2);
});
