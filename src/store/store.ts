// Durable primitives: the only place where state lives. A driver implements Store; store.case.ts says what it must do.
//
// Everything but blobs belongs to one partition (account, region, service). `commit` is atomic over the documents,
// queues, streams and timers of its partition and resolves only when the change is synced to disk: an answer to a
// write leaves after its commit. What must reach another partition goes through an outbox (a queue of this one).
import type { Blobs } from "./blob.ts";
import type { Json } from "./json.ts";
import type { Leases } from "./lease.ts";
import type { CommitResults, StoreOperation } from "./operation.ts";
import type { Queues } from "./queue.ts";
import type { Streams } from "./stream.ts";
import type { Timers } from "./timer.ts";

export interface PartitionKey {
  readonly account: string;
  readonly region: string;
  /** Service name as in an ARN, e.g. `lambda`. */
  readonly service: string;
}

export interface Store {
  /** The same object for the same key. Cheap: nothing is read until it is asked. */
  partition(key: PartitionKey): Partition;
  /** Every partition that holds anything; how pollers and reconcilers find their work after a restart. */
  partitions(): Promise<readonly PartitionKey[]>;
  /**
   * Calls back with every partition that this process uses: those so far at once, each other one before anything is
   * written to it. Returns the function that ends it.
   */
  watchPartitions(listener: (partition: Partition) => void): () => void;
  readonly blobs: Blobs;
  /** Resolves when everything committed is synced and all handles are closed. Waiting receives end empty. */
  close(): Promise<void>;
}

export interface Partition {
  readonly key: PartitionKey;
  get(collection: string, key: string): Promise<StoredDocument | undefined>;
  /** Documents in key order (UTF-8 byte order): one snapshot, read off the event loop. */
  scan(collection: string, range?: ScanRange): Promise<readonly StoredDocument[]>;
  /**
   * Calls back after each commit that touched documents of `collection`, in commit order, once it is durable and
   * before `commit` resolves. What get or scan resolve with has been told to watchers before.
   * Returns the function that ends the watch.
   */
  watch(collection: string, listener: (changes: readonly DocumentChange[]) => void): () => void;
  /**
   * Applies all operations in order or, throwing CommitConflict, none. Resolves after the sync, with a result for
   * each operation. Operations see the effect of those before them.
   */
  commit<const Operations extends readonly StoreOperation[]>(operations: Operations): Promise<CommitResults<Operations>>;
  readonly queues: Queues;
  readonly streams: Streams;
  readonly timers: Timers;
  readonly leases: Leases;
}

export interface StoredDocument {
  readonly key: string;
  readonly value: Json;
  /** Grows with each write and is never used twice in a partition; what compare-and-set compares. */
  readonly revision: number;
  /** The secondary key, when an index was scanned. */
  readonly indexKey?: string;
}

export type DocumentChange =
  | { readonly kind: "put"; readonly key: string; readonly value: Json; readonly revision: number }
  | { readonly kind: "delete"; readonly key: string };

export interface ScanRange {
  readonly prefix?: string;
  /** Exclusive bound to start from (an upper one with `reverse`): the key of the last document of the last page. */
  readonly after?: string;
  readonly limit?: number;
  readonly reverse?: boolean;
  /** Range over a secondary key in place of the key; `prefix` and `after` then mean the secondary key's. */
  readonly index?: string;
  /** With `index` and `after`: goes on among the documents whose secondary key is `after`, from behind this key. */
  readonly afterKey?: string;
}

/** A compare-and-set found something else. The caller reads again and decides. */
export class CommitConflict extends Error {
  /** Collection, or name of the queue. */
  readonly collection: string;
  /** Key of the document, or receipt of the message. */
  readonly key: string;

  constructor(collection: string, key: string) {
    super(`${collection}/${key} changed since it was read`);
    this.name = "CommitConflict";
    this.collection = collection;
    this.key = key;
  }
}
