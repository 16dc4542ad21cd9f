// The trace header that a function sees. AWS gives every invoke one, also when its caller sent none.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";

const longestTrace = 1024;
const rootOf = /(?:^|;)Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)/;
const printable = /^[\x20-\x7e]*$/;

/** The caller's if it is one; else a new root that is not sampled. */
export function traceFor(sent: string | undefined, clock: Clock, ids: Ids): string {
  if (sent !== undefined && sent.length <= longestTrace && printable.test(sent) && rootOf.test(sent)) return sent;
  const seconds = Math.floor(clock.now() / 1000).toString(16).padStart(8, "0");
  const random = ids.hex(20);
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
