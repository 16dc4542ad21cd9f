// What one commit can do, and what it answers to each operation.
import type { Json } from "./json.ts";
import type { QueueOperation, QueueResults } from "./queue.ts";
import type { StreamOperation, StreamResults } from "./stream.ts";
import type { TimerOperation, TimerResults } from "./timer.ts";

export type StoreOperation = DocumentOperation | QueueOperation | StreamOperation | TimerOperation;

/** `revision` a put or delete expects: a number, `"absent"` (must not exist), or left out (whatever is there). */
export type ExpectedRevision = number | "absent";

export type DocumentOperation =
  | {
      readonly kind: "put-document";
      /** Collections that begin with `$` are the store's own. */
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

export interface WrittenDocument {
  readonly revision: number;
}

/** Result of an operation by its kind; null where there is nothing to tell. */
interface OperationResults extends QueueResults, StreamResults, TimerResults {
  readonly "put-document": WrittenDocument;
  readonly "delete-document": null;
  readonly "check-document": null;
}

export type OperationResult = OperationResults[StoreOperation["kind"]];

/** One result for each operation, in their order. */
export type CommitResults<Operations extends readonly StoreOperation[]> = {
  readonly [Index in keyof Operations]: OperationResults[Operations[Index]["kind"]];
};
