import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, matchesPattern, type PatternPart } from "./wildcard.ts";

/** Every `*` and `?` a wildcard. */
const partsOf = (source: string): PatternPart[] =>
  Array.from(source.split(""), (character) => (character === "*" || character === "?" ? { wildcard: character } : character));
const matches = (pattern: string, text: string): boolean => matchesPattern(compilePattern(partsOf(pattern)), text);
const reference = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`).replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);

test.each([
  ["*", "", true],
  ["*", "a:b/c", true],
  ["?", "", false],
  ["?", "a", true],
  ["", "", true],
  ["", "a", false],
  ["a*", "a", true],
  ["a*", "b", false],
  ["*a", "ba", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["a*b*a", "aba", true],
  ["a*b*b*a", "aba", false],
  ["a?c", "abc", true],
  ["a??c", "abc", false],
  ["*?b?*", "abc", true],
  ["arn:aws:s3:::b/*/x?", "arn:aws:s3:::b/1/2/xy", true],
])("%j and %j: %j", (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test("a star as a text is no wildcard", () => {
  expect(matchesPattern(compilePattern(["a", "*"]), "a*")).toBe(true);
  expect(matchesPattern(compilePattern(["a", "*"]), "ab")).toBe(false);
});

test("agrees with a regular expression", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "."), maxLength: 10 });
  fc.assert(fc.property(pattern, text, (wanted, given) => matches(wanted, given) === reference(wanted).test(given)), { numRuns: 3000 });
});

describe("hostile patterns take time that is linear in the text", () => {
  // One that backtracks would not end before the universe does.
  test.each([
    ["stars between equal letters", "*a".repeat(2_000) + "b"],
    ["stars and holes", "*?a".repeat(2_000) + "b"],
    ["one long piece that nearly fits everywhere", `*${"a".repeat(500)}?${"a".repeat(500)}b*`],
  ])("%s", (_, pattern) => {
    const started = process.hrtime.bigint();
    expect(matches(pattern, "a".repeat(20_000))).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1_000);
  });
});
