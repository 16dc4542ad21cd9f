// Polls for one mapping: several batches at once, each read, filtered, handed to the function and settled. How many at
// once goes up while there is more than they can take, and down while there is nothing.
import { type Clock, sleep } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { Ids } from "../../core/ids.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import type { Engine, InvokeOutcome } from "../../engine/engine.ts";
import type { EventSourceMappingRecord, MappingId } from "../../functions/event-source-mappings.ts";
import type { Logger } from "../../observe/logger.ts";
import { type Batch, collectBatch, cutToPayload } from "./batch.ts";
import { readBatchFailures } from "./failures.ts";
import { type RecordFilter, recordFilter } from "./filter.ts";
import type { ProcessingResults } from "./processing-results.ts";
import type { EventSource, Pace, SourceCall, SourceReader, SourceRecord } from "./source.ts";

export interface PollerParts {
  readonly engine: Pick<Engine, "invoke">;
  readonly results: ProcessingResults;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

export interface PolledMapping extends MappingId {
  readonly record: EventSourceMappingRecord;
  readonly source: EventSource;
  readonly call: SourceCall;
}

/** After an attempt that failed; doubled with each one more. */
const firstRestMs = 100;
const longestRestMs = 10_000;

export class Poller {
  readonly #parts: PollerParts;
  readonly #mapping: PolledMapping;
  readonly #reader: SourceReader;
  readonly #wanted: RecordFilter;
  readonly #pace: Pace;
  readonly #growth: TokenBucket;
  readonly #stopping = new AbortController();
  readonly #workers = new Set<Promise<void>>();

  constructor(parts: PollerParts, mapping: PolledMapping) {
    const { source, record, call } = mapping;
    this.#parts = parts;
    this.#mapping = mapping;
    this.#reader = source.open(record.source, call);
    this.#wanted = recordFilter(record.settings, source.filterKey);
    this.#pace = source.pace(record.settings);
    this.#growth = new TokenBucket(parts.clock);
    this.#startWorkers(this.#pace.start);
  }

  /** Reads nothing more; resolves when the batches that it has are settled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#workers);
  }

  #startWorkers(upTo: number): void {
    while (this.#workers.size < upTo && !this.#stopping.signal.aborted) {
      const work = this.#work().finally(() => this.#workers.delete(work));
      this.#workers.add(work);
    }
  }

  /** Batch after batch. Ends when it is told to, or is one too many. */
  async #work(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const outcome = await this.#next();
      if (outcome === "idle" && this.#workers.size > this.#pace.least) return;
      failures = outcome === "failed" ? failures + 1 : 0;
      if (failures > 0) await this.#rest(Math.min(firstRestMs * 2 ** (failures - 1), longestRestMs));
    }
  }

  async #next(): Promise<"idle" | "handled" | "failed"> {
    const { clock } = this.#parts;
    try {
      const batch = await collectBatch({ reader: this.#reader, settings: this.#mapping.record.settings, clock, signal: this.#stopping.signal });
      if (batch.records.length === 0) return "idle";
      this.#grow(batch);
      return (await this.#handle(batch)) ? "handled" : "failed";
    } catch (error) {
      if (this.#stopping.signal.aborted) return "idle";
      this.#tell(`PROBLEM: ${error instanceof Fault ? error.message : "The event source could not be read"}`);
      this.#log(error);
      return "failed";
    }
  }

  #grow({ isFull }: Batch): void {
    const { start, most, morePerMinute } = this.#pace;
    this.#startWorkers(Math.min(start, most));
    if (isFull && this.#workers.size < most && this.#growth.take(morePerMinute / 60, morePerMinute / 60)) this.#startWorkers(this.#workers.size + 1);
  }

  /** False: the function failed, as a whole. */
  async #handle({ records, readAtMs }: Batch): Promise<boolean> {
    const wanted = records.filter(this.#wanted);
    if (wanted.length < records.length) await this.#reader.forget(records.filter((record) => !wanted.includes(record)));
    const untilMs = readAtMs + (wanted.length === 0 ? 0 : await this.#reader.holdMs());
    let isHandled = true;
    for (const part of cutToPayload(wanted)) isHandled = (await this.#invoke(part, untilMs)) && isHandled;
    return isHandled;
  }

  async #invoke(records: readonly SourceRecord[], untilMs: number): Promise<boolean> {
    const outcome = await this.#outcomeOf(records, untilMs);
    if (outcome === undefined || outcome.functionError !== undefined) {
      this.#tell("PROBLEM: Function call failed");
      return false;
    }
    const reports = this.#mapping.record.settings.FunctionResponseTypes?.includes("ReportBatchItemFailures") === true;
    const failed = reports ? readBatchFailures(outcome.payload, new Set(records.map(({ id }) => id))) : new Set<string>();
    if (failed === "all") {
      this.#tell("PROBLEM: Function call failed");
      return false;
    }
    const handled = records.filter(({ id }) => !failed.has(id));
    if (handled.length > 0) await this.#reader.forget(handled);
    this.#tell("OK");
    return true;
  }

  /** Undefined: it could not be invoked as long as the records were ours. Throttles and faults of ours are tried again. */
  async #outcomeOf(records: readonly SourceRecord[], untilMs: number): Promise<InvokeOutcome | undefined> {
    const { engine, clock, ids } = this.#parts;
    const { scope, record } = this.#mapping;
    const payload = Buffer.from(`{"Records":[${records.map(({ text }) => text).join(",")}]}`);
    for (let restMs = firstRestMs; ; restMs = Math.min(2 * restMs, longestRestMs)) {
      try {
        return await engine.invoke({
          function: { account: scope.account, region: scope.region, name: record.functionName },
          qualifier: record.qualifier,
          payload,
          requestId: ids.requestId(),
          clientContext: undefined,
          trace: records.find(({ trace }) => trace !== undefined)?.trace,
          logTail: false,
        });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const isPassing = error.status === 429 || error.kind === "server";
        if (!isPassing || this.#stopping.signal.aborted || clock.now() + restMs >= untilMs) {
          if (!this.#stopping.signal.aborted) this.#log(error);
          return undefined;
        }
        await this.#rest(restMs);
      }
    }
  }

  /** Resolves early when it is to stop. */
  async #rest(ms: number): Promise<void> {
    await sleep(this.#parts.clock, ms, this.#stopping.signal).catch(() => undefined);
  }

  #tell(result: string): void {
    this.#parts.results.tell(this.#mapping.uuid, result);
  }

  #log(error: unknown): void {
    const { source, functionName } = this.#mapping.record;
    this.#parts.log.warn({ error, source, function: functionName, mapping: this.#mapping.uuid }, "event-source-problem");
  }
}
