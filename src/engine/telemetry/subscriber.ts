// One subscriber of telemetry: gathers records into batches and sends them, one at a time. What it holds is bounded: while
// a batch is on its way some full ones wait, and what comes beyond them is dropped, which a record of its own tells.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html#telemetry-api-buffering
import type { Timer, Timers } from "../../core/clock.ts";
import type { LogRecord } from "../log/environment-log.ts";
import type { LogsDroppedRecord } from "../log/platform-events.ts";
import type { TelemetryBuffering } from "../runtime-api/telemetry-port.ts";
import type { TelemetryDelivery } from "../runtime-api/telemetry-delivery.ts";
import type { WireRecord } from "./wire-records.ts";

export interface SubscriberParts {
  readonly clock: Timers;
  readonly buffering: TelemetryBuffering;
  readonly toWire: WireRecord;
  readonly delivery: TelemetryDelivery;
  readonly onDropped: (record: LogsDroppedRecord) => void;
}

interface Batch {
  readonly records: string[];
  bytes: number;
  /** Whether it tells of nothing but dropped records: that it was dropped, too, is not told. */
  isNotice: boolean;
}

/**
 * Of full batches that wait; as much as an init may have logged before anybody subscribed. One batch may always wait: the
 * largest that may be asked for is as long, and its last record longer.
 */
const mostWaitingBytes = 1024 * 1024;

const tooSlow = "Some logs were dropped because the downstream consumer is slower than the logs production rate";

export class Subscriber {
  readonly #parts: SubscriberParts;
  /** Gathers. */
  #batch: Batch = emptyBatch();
  /** Full, oldest first. */
  #waiting: Batch[] = [];
  #waitingBytes = 0;
  #timer: Timer | undefined;
  #isSending = false;
  /** Its time has come, but the one before it is on its way. */
  #isDue = false;
  #isUrgent = false;
  #isClosed = false;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  take(records: readonly LogRecord[]): void {
    if (this.#isClosed) return;
    for (const record of records) {
      const text = this.#parts.toWire(record);
      if (text !== undefined) this.#add(text, record.type === "platform.logsDropped");
    }
    if (this.#isUrgent) this.#due();
  }

  /** From now on nothing waits for company: the subscriber has not long to live. */
  flush(): void {
    this.#isUrgent = true;
    this.#due();
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#batch = emptyBatch();
    this.#waiting = [];
    this.#parts.delivery.close();
  }

  #add(text: string, isNotice: boolean): void {
    const { maxItems, maxBytes, timeoutMs } = this.#parts.buffering;
    const batch = this.#batch;
    batch.records.push(text);
    batch.bytes += Buffer.byteLength(text);
    batch.isNotice &&= isNotice;
    if (batch.records.length >= maxItems || batch.bytes >= maxBytes) {
      this.#queue(this.#takeBatch());
    } else if (!this.#isDue) {
      this.#timer ??= this.#parts.clock.after(timeoutMs, () => this.#due());
    }
  }

  #due(): void {
    if (this.#batch.records.length === 0) return;
    if (this.#isSending) this.#isDue = true;
    else this.#send(this.#takeBatch());
  }

  #queue(batch: Batch): void {
    if (!this.#isSending) {
      this.#send(batch);
    } else if (this.#waiting.length === 0 || this.#waitingBytes + batch.bytes <= mostWaitingBytes) {
      this.#waiting.push(batch);
      this.#waitingBytes += batch.bytes;
    } else {
      this.#drop(batch, tooSlow);
    }
  }

  #takeBatch(): Batch {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isDue = false;
    return batch;
  }

  #send(batch: Batch): void {
    this.#isSending = true;
    this.#parts.delivery.send(batch.records).then(
      () => this.#sent(),
      (error: unknown) => {
        this.#drop(batch, `could not send events: ${error instanceof Error ? error.message : String(error)}`);
        this.#sent();
      },
    );
  }

  #sent(): void {
    this.#isSending = false;
    if (this.#isClosed) return;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#waitingBytes -= next.bytes;
      this.#send(next);
    } else if (this.#isDue || this.#isUrgent) this.#due();
  }

  #drop({ records, bytes, isNotice }: Batch, reason: string): void {
    if (!this.#isClosed && !isNotice) this.#parts.onDropped({ reason, droppedRecords: records.length, droppedBytes: bytes });
  }
}

const emptyBatch = (): Batch => ({ records: [], bytes: 0, isNotice: true });
