// What an init has logged, for extensions that subscribe to it late. Of more than it holds the last.
import type { LogRecord } from "./environment-log.ts";
import type { LogsDroppedRecord } from "./platform-events.ts";

/** About what a batch of telemetry may have at most. */
const mostLength = 1024 * 1024;
const mostRecords = 10_000;

export class Backlog {
  #records: LogRecord[] = [];
  /** Of printed lines, in UTF-16 units. */
  #length = 0;
  #dropped: LogsDroppedRecord | undefined;

  push(records: readonly LogRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      this.#length += lengthOf(record);
    }
    if (this.#length > mostLength || this.#records.length > mostRecords) this.#shorten();
  }

  /** In order; first what is missing, if something is. */
  get records(): readonly LogRecord[] {
    const [first] = this.#records;
    if (this.#dropped === undefined || first === undefined) return this.#records;
    return [{ timeMs: first.timeMs, type: "platform.logsDropped", record: this.#dropped }, ...this.#records];
  }

  /** To half, so that it costs little a record. */
  #shorten(): void {
    let [at, length] = [0, this.#length];
    while (at < this.#records.length - 1 && (length > mostLength / 2 || this.#records.length - at > mostRecords / 2)) {
      length -= lengthOf(this.#records[at]);
      at += 1;
    }
    const { droppedRecords = 0, droppedBytes = 0 } = this.#dropped ?? {};
    const reason = "Some logs were dropped because nobody had subscribed to them yet";
    this.#dropped = { reason, droppedRecords: droppedRecords + at, droppedBytes: droppedBytes + this.#length - length };
    this.#records.splice(0, at);
    this.#length = length;
  }
}

const lengthOf = (record: LogRecord | undefined): number =>
  record !== undefined && (record.type === "function" || record.type === "extension") ? record.record.length : 0;
