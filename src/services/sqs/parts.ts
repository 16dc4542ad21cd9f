// What the operations of SQS are made of; main.ts brings it.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { FifoRates } from "./fifo-rates.ts";
import type { MoveTasks } from "./move-tasks.ts";
import type { QueueCatalog } from "./queue-catalog.ts";

export interface SqsParts {
  readonly queues: QueueCatalog;
  readonly moveTasks: MoveTasks;
  readonly rates: FifoRates;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Aborts when the server stops: those who wait for messages hear at once that there are none. */
  readonly ending: AbortSignal;
}
