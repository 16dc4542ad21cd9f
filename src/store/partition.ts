// A partition over any ledger: checks and lowers operations, and tells watchers, waiting receives and timers of each
// commit once it is durable.
import type { Clock } from "../core/clock.ts";
import { announceWith } from "./announce.ts";
import type { Json } from "./json.ts";
import type { DocumentRow, LedgerOperation } from "./ledger/job.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { lowerOperation } from "./lower-operation.ts";
import type { CommitResults, OperationResult, StoreOperation } from "./operation.ts";
import { PartitionLeases } from "./partition-leases.ts";
import { PartitionQueues } from "./partition-queues.ts";
import { PartitionStreams } from "./partition-streams.ts";
import { PartitionTimers } from "./partition-timers.ts";
import { CommitConflict } from "./store.ts";
import type { DocumentChange, Partition, PartitionKey, ScanRange, StoredDocument } from "./store.ts";

type DocumentListener = (changes: readonly DocumentChange[]) => void;

export class LedgerPartition implements Partition {
  readonly key: PartitionKey;
  readonly queues: PartitionQueues;
  readonly streams: PartitionStreams;
  readonly timers: PartitionTimers;
  readonly leases: PartitionLeases;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #watchers = new Map<string, Set<DocumentListener>>();

  constructor(key: PartitionKey, ledger: Ledger, clock: Clock) {
    this.key = key;
    this.#ledger = ledger;
    this.#clock = clock;
    this.queues = new PartitionQueues(key, ledger, clock);
    this.streams = new PartitionStreams(key, ledger);
    this.timers = new PartitionTimers(this, clock);
    this.leases = new PartitionLeases(this, (operations) => this.#commitLowered(operations), clock);
  }

  async get(collection: string, key: string): Promise<StoredDocument | undefined> {
    const row = await this.#ledger.get(this.key, collection, key);
    return row && documentOf(row);
  }

  scan(collection: string, range: ScanRange = {}): Promise<readonly StoredDocument[]> {
    return this.#ledger.read({ kind: "scan", partition: this.key, collection, range }, documentOf);
  }

  watch(collection: string, listener: DocumentListener): () => void {
    const listeners = this.#watchers.get(collection) ?? new Set();
    this.#watchers.set(collection, listeners);
    // A set of its own for each call: watching twice with one function is two watches.
    const entry: DocumentListener = (changes) => listener(changes);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  async commit<const Operations extends readonly StoreOperation[]>(operations: Operations): Promise<CommitResults<Operations>> {
    // The ledger answers each operation with the result of its kind; the type follows from the kinds.
    return (await this.#commitLowered(operations.map(lowerOperation))) as CommitResults<Operations>;
  }

  /** Ends waits, watches and timers; commits already made are not affected. */
  stop(): void {
    this.#watchers.clear();
    this.queues.stop();
    this.streams.stop();
    this.timers.stop();
  }

  /** Past the checks of callers: leases live in collections that are reserved for the store. */
  async #commitLowered(operations: readonly LedgerOperation[]): Promise<readonly OperationResult[]> {
    if (operations.length === 0) return [];
    const nowMs = this.#clock.now();
    const outcome = await this.#ledger.write({ kind: "commit", partition: this.key, operations, nowMs });
    if (outcome.kind === "conflict") throw new CommitConflict(outcome.collection, outcome.key);
    if (outcome.kind !== "committed") throw new Error(`a commit was answered with ${outcome.kind}`);
    this.#announce(operations, outcome.results, nowMs);
    return outcome.results;
  }

  /** INVARIANT: runs in commit order, once the commit is durable and before `commit` resolves; store.ts promises all three. */
  #announce(operations: readonly LedgerOperation[], results: readonly OperationResult[], nowMs: number): void {
    const changes = new Map<string, DocumentChange[]>();
    for (const [place, operation] of operations.entries()) {
      const result = results[place] ?? null;
      if (operation.kind === "put-document" || operation.kind === "delete-document") {
        if (!this.#watchers.has(operation.collection)) continue;
        const of = changes.get(operation.collection) ?? [];
        changes.set(operation.collection, [...of, changeOf(operation, result)]);
      } else {
        this.queues.announce(operation, result, nowMs);
      }
    }
    for (const [collection, of] of changes) {
      for (const listener of this.#watchers.get(collection) ?? []) announceWith(() => listener(of));
    }
    this.streams.announce(operations);
    this.timers.announce(operations);
  }
}

function documentOf(row: DocumentRow): StoredDocument {
  const value: Json = JSON.parse(row.value);
  return { ...row, value };
}

function changeOf(operation: LedgerOperation & { readonly kind: "put-document" | "delete-document" }, result: OperationResult): DocumentChange {
  if (operation.kind === "delete-document") return { kind: "delete", key: operation.key };
  const value: Json = JSON.parse(operation.value);
  const revision = result !== null && "revision" in result ? result.revision : 0;
  return { kind: "put", key: operation.key, value, revision };
}
