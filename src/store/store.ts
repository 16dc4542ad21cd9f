// Durable primitives: the only place where state lives. A driver implements Store; store.case.ts says what it must do.
//
// Everything but blobs belongs to one partition (account, region, service). `commit` is atomic over the documents,
// queues, streams, timers and leases of its partition and resolves only when the change is synced to disk: an answer
// to a write leaves after its commit. What must reach another partition goes through an outbox (a queue of this one).

export interface PartitionKey {
  readonly account: string;
  readonly region: string;
  /** Service name as in an ARN, e.g. `lambda`. */
  readonly service: string;
}

/** Plain JSON; what a document, a message or a stream record holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Store {
  /** The same object for the same key. Cheap: nothing is read until it is asked. */
  partition(key: PartitionKey): Partition;
  /** Every partition that holds anything; how pollers and reconcilers find their work after a restart. */
  partitions(): Promise<readonly PartitionKey[]>;
  readonly blobs: Blobs;
  /** Resolves when everything committed is synced and all handles are closed. */
  close(): Promise<void>;
}

export interface Partition {
  readonly key: PartitionKey;
  get(collection: string, key: string): Promise<StoredDocument | undefined>;
  /** Documents in key order (UTF-8 byte order), off the event loop. */
  scan(collection: string, range?: ScanRange): Promise<readonly StoredDocument[]>;
  /**
   * Calls back after each commit that touched documents of `collection`, in commit order, once it is durable.
   * Returns the function that ends the watch.
   */
  watch(collection: string, listener: (changes: readonly DocumentChange[]) => void): () => void;
  /** Applies all operations or, throwing CommitConflict, none. Resolves after the sync. */
  commit(operations: readonly StoreOperation[]): Promise<void>;
  // Queues, streams, timers and leases: see below.
  readonly queues: Queues;
  readonly streams: Streams;
  readonly timers: Timers;
  readonly leases: Leases;
}

export interface StoredDocument {
  readonly key: string;
  readonly value: Json;
  /** Grows with each write of this document; what compare-and-set compares. */
  readonly revision: number;
}

export type DocumentChange =
  | { readonly kind: "put"; readonly key: string; readonly value: Json; readonly revision: number }
  | { readonly kind: "delete"; readonly key: string };

export interface ScanRange {
  readonly prefix?: string;
  /** Exclusive lower bound: the marker of the last page. */
  readonly after?: string;
  readonly limit?: number;
  readonly reverse?: boolean;
  /** Range over a secondary key in place of the key; `prefix` then means the secondary key's. */
  readonly index?: string;
}

/** `revision` a put or delete expects: a number, `"absent"` (must not exist), or left out (whatever is there). */
export type ExpectedRevision = number | "absent";

export type StoreOperation =
  | {
      readonly kind: "put-document";
      readonly collection: string;
      readonly key: string;
      readonly value: Json;
      readonly expect?: ExpectedRevision;
      /** Secondary keys: index name to key. Replaces those of the former value. */
      readonly indexes?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "delete-document"; readonly collection: string; readonly key: string; readonly expect?: number }
  /** Fails the commit unless the document is at that revision; writes nothing. */
  | { readonly kind: "check-document"; readonly collection: string; readonly key: string; readonly expect: ExpectedRevision };

/** A compare-and-set found something else. The caller reads again and decides. */
export class CommitConflict extends Error {
  readonly collection: string;
  readonly key: string;

  constructor(collection: string, key: string) {
    super(`${collection}/${key} changed since it was read`);
    this.name = "CommitConflict";
    this.collection = collection;
    this.key = key;
  }
}

export interface Queues {}
export interface Streams {}
export interface Timers {}
export interface Leases {}

/** Content-addressed, immutable files. */
export interface Blobs {
  /**
   * Writes what `content` yields, streamed, and syncs file and folder before it resolves. Writing what is already
   * there costs no second copy. A write that fails or is cut off by a crash leaves nothing behind.
   */
  put(content: AsyncIterable<Uint8Array> | Uint8Array, options?: { readonly maxBytes?: number }): Promise<BlobRef>;
  /** Undefined when there is no such blob. */
  open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Absolute path of the file, for readers that need one (zip); undefined when there is no such blob. */
  path(sha256: string): Promise<string | undefined>;
  /** Deletes every blob that is not in `live` and that no put in flight has touched. Returns how many went. */
  collect(live: ReadonlySet<string>): Promise<number>;
}

export interface BlobRef {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}
