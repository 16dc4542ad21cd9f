// Streams of one partition over its ledger.
import { announceWith } from "./announce.ts";
import type { Json } from "./json.ts";
import type { LedgerOperation, RecordRow } from "./ledger/job.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { PartitionKey } from "./store.ts";
import type { StreamRecord, Streams } from "./stream.ts";

export class PartitionStreams implements Streams {
  readonly #partition: PartitionKey;
  readonly #ledger: Ledger;
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(partition: PartitionKey, ledger: Ledger) {
    this.#partition = partition;
    this.#ledger = ledger;
  }

  read(stream: string, page: { readonly after: number; readonly limit: number }): Promise<readonly StreamRecord[]> {
    return this.#ledger.read({ kind: "records", partition: this.#partition, stream, ...page }, recordOf);
  }

  async end(stream: string): Promise<number> {
    const [newest] = await this.#ledger.read({ kind: "end", partition: this.#partition, stream }, (end) => end);
    return newest ?? 0;
  }

  watch(stream: string, listener: () => void): () => void {
    const listeners = this.#watchers.get(stream) ?? new Set();
    this.#watchers.set(stream, listeners);
    // A function of its own for each call: watching twice with one listener is two watches.
    const entry = (): void => listener();
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  /** Called after each durable commit. */
  announce(operations: readonly LedgerOperation[]): void {
    if (this.#watchers.size === 0) return;
    // A stream that got several records is told of once.
    const appended = new Set(operations.flatMap((operation) => (operation.kind === "append-record" ? [operation.stream] : [])));
    for (const stream of appended) for (const listener of this.#watchers.get(stream) ?? []) announceWith(listener);
  }

  stop(): void {
    this.#watchers.clear();
  }
}

function recordOf(row: RecordRow): StreamRecord {
  const value: Json = JSON.parse(row.value);
  return { ...row, value };
}
