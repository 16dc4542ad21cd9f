// What the store's threads and the main thread tell each other.
import type { ReadJob, ReadRows, WriteJob, WriteOutcome } from "../ledger/job.ts";

export interface ThreadStart {
  /** Path of the database. */
  readonly path: string;
  readonly nowMs: number;
}

/** Undefined: finish and end. */
export type ToWriter = readonly WriteJob[] | undefined;

export type FromWriter =
  | { readonly kind: "ready" }
  /** The data were written by a newer version. */
  | { readonly kind: "too-new"; readonly format: number }
  /** The database could not be opened. */
  | { readonly kind: "unusable"; readonly message: string }
  /** In the order of the jobs; one message for all that shared a sync. */
  | { readonly kind: "outcomes"; readonly outcomes: readonly WriteOutcome[] };

/** Without a job: the next rows of the read of that id, asked for when the last have been taken in. */
export interface ToReader {
  readonly id: number;
  readonly job?: ReadJob;
}

export type FromReader =
  | { readonly kind: "rows"; readonly id: number; readonly rows: readonly ReadRows[ReadJob["kind"]][]; readonly isLast: boolean }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** URL of a thread's entry: TypeScript in a checkout, JavaScript in the package. */
export function entryOf(name: string, importedFrom: string): URL {
  return new URL(`./${name}${importedFrom.endsWith(".ts") ? ".ts" : ".js"}`, importedFrom);
}
