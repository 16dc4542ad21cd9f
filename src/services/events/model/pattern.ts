// Patterns of rules and archives, with AWS's words for what is wrong with one.
import { type EventPattern, readEventPattern } from "../../../core/pattern/event-pattern.ts";
import { InvalidPattern } from "../../../core/pattern/invalid-pattern.ts";
import { invalidPattern } from "../faults/rules.ts";

/** Fault: invalid. */
export function readPattern(text: string): EventPattern {
  try {
    return readEventPattern(text, { numbers: "by-value" });
  } catch (error) {
    if (error instanceof InvalidPattern) throw invalidPattern(`${error.reason}${placeOf(text, error.at)}`);
    throw error;
  }
}

/** As the reader that AWS uses (Jackson) says where it was. */
function placeOf(text: string, at: number | undefined): string {
  if (at === undefined) return "";
  const before = text.slice(0, at).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `\n at [Source: (String)"${text}"; line: ${before.length}, column: ${column}]`;
}
