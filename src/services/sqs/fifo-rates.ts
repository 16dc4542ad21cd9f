// How often an operation may be called on a FIFO queue that is not for high throughput. Binds with `--quotas aws`.
import type { Clock } from "../../core/clock.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import type { SqsOperation } from "./api.ts";
import { throttled } from "./faults/messages.ts";
import { limits } from "./limits.ts";
import type { Queue } from "./model/queue.ts";

/** Throws the fault that throttles a caller. */
export type FifoRates = (queue: Queue, operation: SqsOperation) => void;

export const noRates: FifoRates = () => undefined;

export function fifoRates(clock: Clock): FifoRates {
  const buckets = new Map<string, TokenBucket>();
  return (queue, operation) => {
    if (!queue.isFifo || queue.isHighThroughput) return;
    // Calls and their batches have one limit.
    const key = `${queue.messages} ${operation.replace(/Batch$/, "")}`;
    let bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, (bucket = new TokenBucket(clock)));
    if (!bucket.take(limits.fifoCallsPerSecond, limits.fifoCallsPerSecond)) throw throttled();
  };
}
