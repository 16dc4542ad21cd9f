// What a driver of the store provides: rows and durability. Watches, long polls, timers and leases are built on it
// once, for all drivers.
import type { PartitionKey } from "../store.ts";
import type { DocumentRow, ReadJob, ReadRows, WriteJob, WriteOutcome } from "./job.ts";

export interface Ledger {
  /**
   * Resolves when the job is durable, or failed by itself (a conflict); rejects with a Fault when the disk refused.
   * Jobs take effect and resolve in the order written.
   */
  write(job: WriteJob): Promise<Exclude<WriteOutcome, { readonly kind: "failed" }>>;
  /** Resolves after every write that the document shows has resolved. */
  get(partition: PartitionKey, collection: string, key: string): Promise<DocumentRow | undefined>;
  /** One snapshot, decoded as it comes in; resolves after every write that it shows has resolved. */
  read<Job extends ReadJob, Value>(job: Job, decode: (row: ReadRows[Job["kind"]]) => Value): Promise<readonly Value[]>;
  close(): Promise<void>;
}
