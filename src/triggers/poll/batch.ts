// Collects the records of one batch: until there are enough of them, the payload is full, or the window is over.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
import type { Clock } from "../../core/clock.ts";
import type { MappingSettings } from "../../functions/event-source-mappings.ts";
import type { SourceReader, SourceRecord } from "./source.ts";

/** Of one event, bytes. */
export const mostPayloadBytes = 6_291_456;

/** As long as a source lets one wait; a longer wait is several. */
const longPollSeconds = 20;

interface Collecting {
  readonly reader: SourceReader;
  readonly settings: Pick<MappingSettings, "BatchSize" | "MaximumBatchingWindowInSeconds">;
  readonly clock: Clock;
  /** Ends a wait; what was read by then is the batch. */
  readonly signal: AbortSignal;
}

export interface Batch {
  /** In the order read; none: there was nothing. */
  readonly records: readonly SourceRecord[];
  /** When the first of them was read, by the clock. */
  readonly readAtMs: number;
  /** The source gave as many as it was asked for: there may be more. */
  readonly isFull: boolean;
}

/** Rejects as the source does. */
export async function collectBatch({ reader, settings, clock, signal }: Collecting): Promise<Batch> {
  const { BatchSize, MaximumBatchingWindowInSeconds = 0 } = settings;
  const records = [...(await reader.read({ limit: BatchSize, waitSeconds: longPollSeconds, signal }))];
  const readAtMs = clock.now();
  const endMs = readAtMs + MaximumBatchingWindowInSeconds * 1000;
  let bytes = bytesOf(records);
  while (records.length > 0 && records.length < BatchSize && bytes < mostPayloadBytes && !signal.aborted) {
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) break;
    const more = await reader.read({ limit: BatchSize - records.length, waitSeconds: Math.min(longPollSeconds, Math.ceil(leftMs / 1000)), signal });
    records.push(...more);
    bytes += bytesOf(more);
  }
  return { records, readAtMs, isFull: records.length >= Math.min(BatchSize, 10) };
}

/** Cut so that none is larger than an event may be. */
export function cutToPayload(records: readonly SourceRecord[]): readonly (readonly SourceRecord[])[] {
  const parts: SourceRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = Buffer.byteLength(record.text) + 1;
    // The event around them takes a few bytes.
    if (bytes + size > mostPayloadBytes - 64) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(record);
    bytes += size;
  }
  return parts;
}

const bytesOf = (records: readonly SourceRecord[]): number => records.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
