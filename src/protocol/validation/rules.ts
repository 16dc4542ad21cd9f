// The rules of a value by itself: lengths, ranges, enums and patterns.
import type { Rules } from "./constraints.ts";
import { compileJavaPattern } from "./java-pattern.ts";
import { linearEquivalent } from "./linear-patterns.ts";
import { lengthAtLeast, lengthAtMost, matching, oneOf, valueAtLeast, valueAtMost } from "./wording.ts";

export interface Rule {
  /** In AWS's words, after "failed to satisfy constraint: ". */
  readonly text: string;
  readonly isBroken: (value: unknown) => boolean;
}

export function textRules(rules: Rules): Rule[] {
  const made = lengthRules(rules);
  const { pattern } = rules;
  if (pattern !== undefined) made.push(patternRule(pattern, rules.max === undefined ? undefined : Number(rules.max)));
  if (rules.enum) {
    const allowed = new Set<unknown>(rules.enum);
    made.push({ text: oneOf(rules.enum), isBroken: (value) => !allowed.has(value) });
  }
  return made;
}

/** In UTF-16 units; a value without a `max` of its own that is longer counts as one that does not match. */
const longestMatched = 262_144;

function patternRule(pattern: string, max: number | undefined): Rule {
  const expression = compileJavaPattern(linearEquivalent(pattern));
  // INVARIANT: an expression never runs on a value that is too long already; time grows with length, twice a code point.
  const longest = max === undefined ? longestMatched : Math.min(2 * max, longestMatched);
  const tooLong = max === undefined;
  return {
    text: matching(pattern),
    isBroken: (value) => typeof value === "string" && (value.length > longest ? tooLong : !expression.test(value)),
  };
}

export function lengthRules({ min, max }: Rules): Rule[] {
  const made: Rule[] = [];
  if (max !== undefined) made.push({ text: lengthAtMost(max), isBroken: longerThan(Number(max)) });
  if (min !== undefined) made.push({ text: lengthAtLeast(min), isBroken: shorterThan(Number(min)) });
  return made;
}

export function rangeRules({ min, max }: Rules): Rule[] {
  const made: Rule[] = [];
  if (max !== undefined) made.push({ text: valueAtMost(max), isBroken: (value) => Number(value) > Number(max) });
  if (min !== undefined) made.push({ text: valueAtLeast(min), isBroken: (value) => Number(value) < Number(min) });
  return made;
}

/** Strings are counted in code points, which are no more than the UTF-16 units and no less than half as many. */
const longerThan =
  (most: number): Rule["isBroken"] =>
  (value) => {
    if (typeof value !== "string") return sizeOf(value) > most;
    return value.length > most && (value.length > 2 * most || codePoints(value) > most);
  };

const shorterThan =
  (least: number): Rule["isBroken"] =>
  (value) => {
    if (typeof value !== "string") return sizeOf(value) < least;
    return value.length < 2 * least && codePoints(value) < least;
  };

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** NaN, which is neither too small nor too large, for what has no length before it was read: a stream. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.length;
  if (typeof value !== "object" || value === null || Symbol.asyncIterator in value) return Number.NaN;
  return Object.keys(value).length;
}
