// A store over any ledger and any folder of blobs: what both drivers have in common.
import type { Clock } from "../core/clock.ts";
import type { Blobs } from "./blob.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { LedgerPartition } from "./partition.ts";
import type { Partition, PartitionKey, Store } from "./store.ts";

export interface LedgerStoreParts {
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly clock: Clock;
  /** Runs after the ledger is closed: gives back locks and folders. */
  readonly release: () => Promise<void>;
}

export class LedgerStore implements Store {
  readonly blobs: Blobs;
  readonly #parts: LedgerStoreParts;
  readonly #partitions = new Map<string, LedgerPartition>();
  readonly #listeners = new Set<(partition: Partition) => void>();
  #closed: Promise<void> | undefined;

  constructor(parts: LedgerStoreParts) {
    this.blobs = parts.blobs;
    this.#parts = parts;
  }

  partition(key: PartitionKey): Partition {
    const { account, region, service } = key;
    const name = `${account}/${region}/${service}`;
    // A copy of the key: what its owner does to it later must not move the partition.
    const known = this.#partitions.get(name);
    if (known !== undefined) return known;
    const partition = new LedgerPartition({ account, region, service }, this.#parts.ledger, this.#parts.clock);
    this.#partitions.set(name, partition);
    for (const listener of this.#listeners) listener(partition);
    return partition;
  }

  watchPartitions(listener: (partition: Partition) => void): () => void {
    for (const partition of this.#partitions.values()) listener(partition);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  partitions(): Promise<readonly PartitionKey[]> {
    return this.#parts.ledger.read({ kind: "partitions" }, (key) => key);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // First those who wait: nobody may ask a ledger that is closed.
    for (const partition of this.#partitions.values()) partition.stop();
    await this.#parts.ledger.close();
    await this.#parts.release();
  }
}
