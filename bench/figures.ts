// Promised figures beside what was measured: each is printed with `met` or `not met`.
import { rounded } from "./statistics.ts";

export interface Figure {
  readonly name: string;
  readonly promise: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export const atMost = (name: string, limit: number, measured: number, unit: string): Figure => ({
  name,
  promise: `at most ${limit}${unit}`,
  measured: `${rounded(measured, 3)}${unit}`,
  isMet: measured <= limit,
});

export const atLeast = (name: string, limit: number, measured: number, unit: string): Figure => ({
  name,
  promise: `at least ${limit}${unit}`,
  measured: `${rounded(measured, 3)}${unit}`,
  isMet: measured >= limit,
});

export function printFigures(figures: readonly Figure[]): void {
  console.log("\n| promise | | measured | |\n|---|---|---|---|");
  for (const { name, promise, measured, isMet } of figures) console.log(`| ${name} | ${promise} | ${measured} | ${isMet ? "met" : "**not met**"} |`);
}
