import { createContext, Script } from "node:vm";
import { globSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Rules, readConstraints } from "./constraints.ts";
import { compileJavaPattern } from "./java-pattern.ts";
import { linearEquivalent, linearPatterns } from "./linear-patterns.ts";

const files = globSync("data/constraints/*.json").map((path) => /([^/]+)\.json$/.exec(path)?.[1] ?? "");

/** Every pattern of every service with the largest length that some member lets it see. */
async function patternsWithLength(): Promise<Map<string, number>> {
  const longest = new Map<string, number>();
  const add = (rules: Rules): void => {
    const max = Number(rules.max ?? Number.POSITIVE_INFINITY);
    if (rules.pattern !== undefined) longest.set(rules.pattern, Math.max(max, longest.get(rules.pattern) ?? 0));
    for (const part of [rules.member, rules.key, rules.value]) if (part) add(part);
  };
  for (const service of files) {
    const { structures } = await readConstraints(service);
    for (const members of Object.values(structures)) Object.values(members).forEach(add);
  }
  return longest;
}

const alphabets = ["a0.-/*_\n", "a \t:é\u0001\u007f", "$.[0]*/a\t ", "1290.x", "@a\u00a0é ", "/a\n\u2028"];
const parts = ["{##", "##}", "{####}", "#", "a", " ", "\u0000", "é"];

describe("linear equivalents", () => {
  const known = [...linearPatterns];

  test.each(known)("%s stands in a constraint file", async (slow) => {
    expect([...(await patternsWithLength()).keys()]).toContain(slow);
  });

  test.each(known)("%s matches the same as %s", (slow, linear) => {
    const [original, replacement] = [compileJavaPattern(slow), compileJavaPattern(linear)];
    const words = alphabets.map((alphabet) => fc.string({ unit: fc.constantFrom(...alphabet.split("")), maxLength: 7 }));
    const templates = fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((some) => some.join(""));
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(fc.oneof(...words, templates), (value) => {
        const matches = original.test(value);
        seen[`${matches}`] += 1;
        expect(replacement.test(value)).toBe(matches);
      }),
      { numRuns: 3_000, seed: 11 },
    );
    expect(seen.true).toBeGreaterThan(10);
    expect(seen.false).toBeGreaterThan(10);
  });
});

/** Values that make a backtracking engine try everything: a good beginning, something repeated, a bad end. */
function hostileValues(pattern: string, length: number): string[] {
  let sample = "";
  try {
    // With one repetition there is nothing to try in two ways.
    if ((pattern.match(/[*+]|,\}/g)?.length ?? 0) > 1)
      sample = fc.sample(fc.stringMatching(new RegExp(pattern, "u")), { numRuns: 1, seed: 5 })[0] ?? "";
  } catch {
    // fast-check generates for most expressions, not for all; the others meet the plain repetitions.
  }
  const repeated = ["a", "9", " ", "-", "/", ".", ":", "@", "\t", "{##", "{####}", "a/", sample.slice(-1), sample.slice(-3)];
  return [...new Set(["", sample])].flatMap((start) =>
    repeated
      .filter((unit) => unit !== "")
      .map((unit) => `${start}${unit.repeat(Math.max(1, Math.floor((length - start.length) / unit.length)))}\u0001`),
  );
}

describe("no pattern of any service can be made to run for long", () => {
  // A backtracking engine cannot be asked for its steps, so the bound is time: three orders above what linear needs.
  const sandbox = createContext({ expression: /x/, value: "" });
  const run = new Script("expression.test(value)");

  test("by any of its hostile values at full length", async () => {
    const slow: string[] = [];
    for (const [pattern, max] of await patternsWithLength()) {
      sandbox["expression"] = compileJavaPattern(linearEquivalent(pattern));
      for (const value of hostileValues(pattern, Math.min(max, 20_000))) {
        sandbox["value"] = value;
        try {
          run.runInContext(sandbox, { timeout: 250 });
        } catch (error) {
          slow.push(`${pattern} on ${value.slice(0, 60)}: ${String(error)}`);
          break;
        }
      }
    }
    expect(slow).toEqual([]);
  });
});
