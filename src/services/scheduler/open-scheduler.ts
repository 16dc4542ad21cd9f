// What EventBridge Scheduler's operations are made of, opened together with what it does by itself.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../observe/logger.ts";
import { Records } from "../../store/records.ts";
import type { Store } from "../../store/store.ts";
import { startSchedulerClockwork } from "./clockwork.ts";
import { tooManyConflicts } from "./faults/base.ts";
import type { SchedulerParts } from "./parts.ts";

export interface SchedulerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

export interface OpenedScheduler {
  readonly parts: SchedulerParts;
  /** Resolves when what it was at has ended. */
  readonly stop: () => Promise<void>;
}

export function openScheduler({ store, clock, ids, log }: SchedulerOptions): OpenedScheduler {
  const records = new Records(store, { service: "scheduler", tooManyConflicts });
  const clockwork = startSchedulerClockwork({ records, clock, ids, log });
  return {
    parts: { records, clock, ids },
    stop: async () => {
      await clockwork.stop();
      records.close();
    },
  };
}
