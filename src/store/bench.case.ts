// What the cases of the store work with.
import type { ManualClock } from "../core/clock.ts";
import type { Partition, Store } from "./store.ts";

/** One store, a clock that only the cases move, and a partition of its own for each case. */
export interface Bench {
  readonly clock: ManualClock;
  readonly store: Store;
  freshPartition(): Partition;
}
