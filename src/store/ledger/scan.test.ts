import { expect, test } from "vitest";
import { prefixEnd } from "./scan.ts";

test.each([
  ["", undefined],
  ["a", "b"],
  ["a/", "a0"],
  ["\ud7ff", "\ue000"],
  ["a\u{10ffff}", "b"],
  ["\u{10ffff}\u{10ffff}", undefined],
])("the least text above all that start with %j is %j", (prefix, end) => {
  expect(prefixEnd(prefix)).toBe(end);
});
