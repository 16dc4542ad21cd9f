// What differs between two outcomes, as lines that a person reads: `-` was recorded, `+` is what came now.
import { diff } from "node:util";
import { inOrder } from "../core/exact-json.ts";
import type { RecordedBody, RecordedOutcome } from "../core/recording.ts";

/** Lines of the same before and after a difference. */
const contextLines = 2;
/** Comparing takes time by lines times differences; more lines than this are not told apart. */
const mostLines = 20_000;

/**
 * Undefined when nothing differs. The order of an object's members is no difference, nor is what `ignored` names:
 * paths within the response, `body.items.*.id`.
 */
export function outcomeDiff(before: RecordedOutcome, now: RecordedOutcome, ignored: readonly string[]): readonly string[] | undefined {
  // Nobody knows what it was, but whether the function failed.
  if ("leftOutBytes" in before.response && before.functionError === now.functionError) return undefined;
  const [old, fresh] = [linesOf(before, ignored), linesOf(now, ignored)];
  if (old.join("\n") === fresh.join("\n")) return undefined;
  if (old.length + fresh.length > mostLines) return [`- ${old.length} lines`, `+ ${fresh.length} lines that differ somewhere`];
  const entries = diff(old, fresh).map(([operation, line]) => ({ isSame: operation === 0, text: `${operation === 0 ? " " : operation > 0 ? "-" : "+"} ${line}` }));
  const isNear = (index: number): boolean => entries.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ isSame }) => !isSame);
  return entries.filter((_entry, index) => isNear(index)).map(({ text }) => text);
}

function linesOf({ functionError, response }: RecordedOutcome, ignored: readonly string[]): readonly string[] {
  const error = functionError === undefined ? [] : [`function error: ${functionError}`];
  return [...error, ...JSON.stringify(comparable(response, ignored), undefined, 2).split("\n")];
}

function comparable(body: RecordedBody, ignored: readonly string[]): unknown {
  if (!("json" in body)) return body;
  return inOrder(ignored.reduce((value, path) => without(value, path.split(".")), body.json)) ?? null;
}

/** A copy that lacks what the path names; `*` is any member. */
function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== "object" || value === null) return value;
  const isNamed = (key: string): boolean => name === "*" || name === key;
  const kept = Object.entries(value).flatMap(([key, member]) => (!isNamed(key) ? [[key, member] as const] : rest.length === 0 ? [] : [[key, without(member, rest)] as const]));
  return Array.isArray(value) ? kept.map(([, member]) => member) : Object.fromEntries(kept);
}
