// What a ledger is asked to do, and answers: plain data that crosses a thread as it is. Values are JSON text here.
import type { Json } from "../json.ts";
import type { OperationResult, StoreOperation } from "../operation.ts";
import type { DuePage, QueueCounts, QueueSelection, ReceiveRequest } from "../queue.ts";
import type { PartitionKey, ScanRange } from "../store.ts";
import type { TimerOperation } from "../timer.ts";

/** Timers are documents by now (lower-operation.ts). */
export type LedgerOperation = WithText<Exclude<StoreOperation, TimerOperation>>;
type WithText<Operation> = Operation extends { readonly value: Json }
  ? Omit<Operation, "value"> & { readonly value: string }
  : Operation;

export type WriteJob = { readonly partition: PartitionKey; readonly nowMs: number } & (
  | { readonly kind: "commit"; readonly operations: readonly LedgerOperation[] }
  | ({ readonly kind: "receive"; readonly queue: string } & Omit<ReceiveRequest, "waitMs" | "signal">)
);

export type WriteOutcome =
  | { readonly kind: "committed"; readonly results: readonly OperationResult[] }
  /** `nextReadyAtMs`: when the next of those left may be received; past or now when some are left that may already. */
  | {
      readonly kind: "received";
      readonly messages: readonly MessageRow[];
      readonly nextReadyAtMs: number | undefined;
      /** How many the dead-letter rule has moved. */
      readonly moved: number;
      /** Nothing was handed out: too many are in flight. */
      readonly isFull: boolean;
    }
  | { readonly kind: "conflict"; readonly collection: string; readonly key: string }
  | { readonly kind: "failed"; readonly failure: LedgerFailure };

/** Plain data, since an error loses its class on the way between threads: the main thread makes a Fault of it. */
export interface LedgerFailure {
  /** After `sync-failed` nothing more is written: nobody knows what is on disk. `fault-of-ours`: anything else. */
  readonly reason: "disk-full" | "disk-failed" | "sync-failed" | "fault-of-ours";
  readonly message: string;
}

export type ReadJob =
  | { readonly kind: "scan"; readonly partition: PartitionKey; readonly collection: string; readonly range: ScanRange }
  | { readonly kind: "browse"; readonly partition: PartitionKey; readonly queue: string; readonly after: number; readonly limit: number }
  | { readonly kind: "counts"; readonly partition: PartitionKey; readonly queue: string; readonly nowMs: number }
  | { readonly kind: "queues"; readonly partition: PartitionKey; readonly which: QueueSelection }
  | { readonly kind: "due"; readonly partition: PartitionKey; readonly queue: string; readonly nowMs: number; readonly page: DuePage }
  | { readonly kind: "records"; readonly partition: PartitionKey; readonly stream: string; readonly after: number; readonly limit: number }
  | { readonly kind: "end"; readonly partition: PartitionKey; readonly stream: string }
  | { readonly kind: "partitions" };

/** Rows of the answer to a read by its kind. */
export interface ReadRows {
  readonly scan: DocumentRow;
  readonly browse: MessageRow;
  readonly counts: QueueCounts;
  readonly queues: string;
  readonly due: MessageRow;
  readonly records: RecordRow;
  readonly end: number;
  readonly partitions: PartitionKey;
}

export interface DocumentRow {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
  readonly indexKey?: string;
}

export interface MessageRow {
  readonly id: string;
  readonly sequence: number;
  readonly value: string;
  readonly group: string | null;
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly visibleAtMs: number;
  readonly firstReceivedAtMs: number | null;
  /** 0: never received. */
  readonly receipt: number;
  readonly origin: string | null;
  readonly receivedAtMs: number | null;
}

export interface RecordRow {
  readonly sequence: number;
  readonly value: string;
  readonly appendedAtMs: number;
}
