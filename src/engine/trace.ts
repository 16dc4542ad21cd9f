// The trace header that a function sees. AWS gives every invoke one, also when its caller sent none, and counts in it
// how often the chain of invokes has come through each function: clients inside a function send it on.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Lineage } from "../functions/recursion-config.ts";
import { recursiveInvocation } from "./faults.ts";

const longestTrace = 2048;
/** Without its lineage. What we make of a trace is one again at the next function, also as boto3 encodes it. */
const longestRest = 512;
const rootOf = /(?:^|;)Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)/;
const printable = /^[\x20-\x7e]*$/;

const lineageField = "Lineage=";
/** As AWS writes them, with or without the number that newer ones begin with: `a87bd80c:1`, `1:a87bd80c:1`. */
const lineageEntry = /^(?:\d{1,3}:)?([0-9a-f]{8}):(\d{1,5})$/;
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
const mostPasses = 16;
/** A function that may go on forever is not counted further. */
const highestCount = 99_999;
/** Of the functions that a chain came through last: at most 480 characters. */
const mostEntries = 32;

/**
 * The caller's, if it is one, else a new root that is not sampled; in both, one pass more through the function.
 * Fault: RecursiveInvocationException (400) when the chain has come through it too often.
 */
export function traceFor(sent: string | undefined, through: Lineage, clock: Clock, ids: Ids): string {
  if (sent === undefined || !isTrace(sent)) return firstPass(newRoot(clock, ids), through);
  // Most callers send no lineage. It is read only where there is one, as this is on the hot path.
  const { rest, lineage } = sent.includes(lineageField) ? readLineage(sent) : { rest: sent, lineage: noLineage };
  // Too long to stay a trace at the next function.
  if (rest.length > longestRest) return firstPass(newRoot(clock, ids), through);
  return lineage.length === 0 ? firstPass(rest, through) : `${rest};${lineageField}${countPass(lineage, through)}`;
}

/** What a door shows of a request that is no invoke yet, and passes on: the caller's trace, if it is one, else a new root. */
export const traceOrNew = (sent: string | undefined, clock: Clock, ids: Ids): string =>
  sent !== undefined && isTrace(sent) ? sent : newRoot(clock, ids);

const isTrace = (sent: string): boolean => sent.length <= longestTrace && printable.test(sent) && rootOf.test(sent);

const firstPass = (rest: string, { id }: Lineage): string => `${rest};${lineageField}${id}:0`;

const noLineage: readonly string[] = [];

function readLineage(sent: string): { readonly rest: string; readonly lineage: readonly string[] } {
  const fields = sent.split(";");
  return {
    rest: fields.filter((field) => !isLineage(field)).join(";"),
    lineage: fields.filter(isLineage).map((field) => field.slice(lineageField.length)),
  };
}

const isLineage = (field: string): boolean => field.startsWith(lineageField);

function newRoot(clock: Clock, ids: Ids): string {
  const seconds = Math.floor(clock.now() / 1000).toString(16).padStart(8, "0");
  const random = ids.hex(20);
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}

/** `ID:COUNT|ID:COUNT`, the last one of this function: counts begin with 0. What is no entry is left out. */
function countPass(former: readonly string[], { id, recursiveLoop }: Lineage): string {
  const counts = new Map<string, number>();
  // boto3 sends the bar percent-encoded.
  for (const entry of former.flatMap((field) => field.replaceAll(/%7C/gi, "|").split("|"))) {
    const [, passed, times] = lineageEntry.exec(entry) ?? [];
    if (passed !== undefined) counts.set(passed, Math.max(Number(times), counts.get(passed) ?? 0));
  }
  const count = (counts.get(id) ?? -1) + 1;
  if (count >= mostPasses && recursiveLoop === "Terminate") throw recursiveInvocation();
  counts.delete(id);
  const others = [...counts].slice(1 - mostEntries);
  return [...others, [id, Math.min(count, highestCount)]].map((entry) => entry.join(":")).join("|");
}
