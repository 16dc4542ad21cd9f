import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Rules, readConstraints } from "./constraints.ts";
import { compileJavaPattern } from "./java-pattern.ts";

const files = globSync("data/constraints/*.json").map((path) => /([^/]+)\.json$/.exec(path)?.[1] ?? "");

function patternsOf(rules: Rules): string[] {
  const inner = [rules.member, rules.key, rules.value].flatMap((part) => (part ? patternsOf(part) : []));
  return rules.pattern === undefined ? inner : [rules.pattern, ...inner];
}

async function patternsOfService(service: string): Promise<string[]> {
  const { structures } = await readConstraints(service);
  return Object.values(structures).flatMap((members) => Object.values(members).flatMap(patternsOf));
}

describe("every pattern of every service", () => {
  test("there are constraint files to look at", () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
  });

  test.each(files)("%s: compiles", async (service) => {
    for (const pattern of await patternsOfService(service)) {
      expect(() => compileJavaPattern(pattern), pattern).not.toThrow();
    }
  });
});

describe("reads Java's expressions", () => {
  test.each([
    ["a dash after a range or a class is a dash", String.raw`[a-z-_\w-/]+`, ["a-b", "_", "/", "Z9"], ["a.b", ""]],
    ["a dash between two characters is a range", "[+-.]", ["+", ",", "-", "."], ["/", "*"]],
    ["escapes of marks that need none", String.raw`[\-\_\!\"]+\:\/\_`, ["-_:/_", `!":/_`], ["a:/_"]],
    ["POSIX classes are ASCII", String.raw`\p{Print}+`, ["a ~"], ["é", "\n"]],
    ["POSIX classes within a class", String.raw`[\p{Upper}\p{Digit}_]+`, ["A_1"], ["a", "É"]],
    ["a negated POSIX class", String.raw`[^\p{Cntrl}]*`, ["é "], ["\u007f"]],
    ["Unicode categories", String.raw`([\p{L}\p{Z}\p{N}_.:/=+\-@]*)`, ["Straße 7", "日本", "𐐷"], ["a!", "a\n", "🙂"]],
    ["flags that begin in the middle", "(?i)all|[0-9]{12}", ["ALL", "all", "123456789012"], ["any"]],
    ["a flag that lets the dot match line ends", "(?s).*", ["a\nb"], []],
    ["the dot matches no line end", ".*", ["ab"], ["a\nb"]],
    ["a repeated assertion", String.raw`(\/(?!\.)+[^/]+){1,4}`, ["/a/b"], ["/.a"]],
    ["blanks are ASCII", String.raw`\s\S`, ["\u000bx"], ["\u00a0x"]],
    ["surrogates written as two escapes are one character", String.raw`[\u0020-\uD7FF\uD800\uDC00-\uDBFF\uDFFF]*`, ["𐐷"], ["\n"]],
    ["a value is matched from end to end", "a|b", ["a", "b"], ["ab", "xa", "b\n", "a\nb"]],
    ["anchors within", "(?!^[0-9]+$)([a-zA-Z0-9-_]+)", ["v1", "1-"], ["11", ""]],
    ["ends of input", String.raw`\Aab\Z`, ["ab"], ["ab\n"]],
  ])("%s", (_, pattern, matching, others) => {
    const expression = compileJavaPattern(pattern);
    for (const value of matching) expect(value).toMatch(expression);
    for (const value of others) expect(value).not.toMatch(expression);
  });

  test.each([
    ["possessive quantifiers", "a++"],
    ["intersections", "[a&&b]"],
    ["unknown escapes", String.raw`\Qa\E`],
    ["assertions that may be left out", "(?!a)?b"],
    ["open classes", "[a"],
    ["open groups", "(a"],
    ["unmatched brackets", "a)b"],
    ["atomic groups", "(?>a)"],
  ])("refuses %s rather than to match something else", (_, pattern) => {
    expect(() => compileJavaPattern(pattern)).toThrow(SyntaxError);
  });
});
