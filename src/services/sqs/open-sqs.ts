// SQS as main.ts starts and stops it.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Store } from "../../store/store.ts";
import { startExpiry } from "./expiry.ts";
import { fifoRates, noRates } from "./fifo-rates.ts";
import { MoveTasks } from "./move-tasks.ts";
import type { SqsParts } from "./parts.ts";
import { QueueCatalog } from "./queue-catalog.ts";

export interface SqsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly quotas: "none" | "aws";
  /** Aborts when the server stops. */
  readonly ending: AbortSignal;
}

export interface OpenSqs {
  readonly parts: SqsParts;
  /** Resolves when nothing is written any more. */
  readonly stop: () => Promise<void>;
}

export function openSqs({ store, clock, ids, log, quotas, ending }: SqsOptions): OpenSqs {
  const queues = new QueueCatalog(store);
  const moveTasks = new MoveTasks({ queues, clock, ids, log });
  const endExpiry = startExpiry({ queues, clock, onError: (error) => log.error({ error }, "messages-not-expired") });
  // A start waits for nothing of it.
  const resuming = moveTasks.resume().catch((error: unknown) => log.error({ error }, "move-tasks-not-resumed"));
  return {
    parts: { queues, moveTasks, rates: quotas === "aws" ? fifoRates(clock) : noRates, clock, ids, ending },
    stop: async () => {
      await resuming;
      await Promise.all([moveTasks.stop(), endExpiry()]);
      queues.close();
    },
  };
}
