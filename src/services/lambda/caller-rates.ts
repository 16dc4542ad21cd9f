// How often a caller may use Lambda's control plane, in an account and region. Binds with `--quotas aws`.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
import type { Clock } from "../../core/clock.ts";
import type { CallContext } from "../../core/context.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import { tooManyRequests } from "../../engine/faults.ts";
import type { LambdaOperation } from "./api.ts";

/** Requests a second. */
const ownRates: Readonly<Partial<Record<LambdaOperation, number>>> = { GetFunction: 100, GetPolicy: 15 };
/** Of all other operations together. */
const commonRate = 15;

/** Invokes and what durable functions call while they run have limits of their own. */
const dataPlane: ReadonlySet<string> = new Set<LambdaOperation>([
  "CheckpointDurableExecution",
  "GetDurableExecutionState",
  "Invoke",
  "InvokeAsync",
  "InvokeWithResponseStream",
  "SendDurableExecutionCallbackFailure",
  "SendDurableExecutionCallbackHeartbeat",
  "SendDurableExecutionCallbackSuccess",
]);

/** Throws TooManyRequestsException when the caller's account has used up what it may for now. */
export function callerRates(clock: Clock): (operation: string, context: CallContext) => void {
  const buckets = new Map<string, TokenBucket>();
  return (operation, { account, region }) => {
    if (dataPlane.has(operation)) return;
    const own = Object.hasOwn(ownRates, operation) ? ownRates[operation as LambdaOperation] : undefined;
    const key = `${account}/${region}/${own === undefined ? "" : operation}`;
    let bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, (bucket = new TokenBucket(clock)));
    const rate = own ?? commonRate;
    if (!bucket.take(rate, rate)) throw tooManyRequests("CallerRateLimitExceeded");
  };
}
