// What EventBridge's operations are made of, opened together with what it does by itself.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { AuthoriseUse } from "../../core/policed-resource.ts";
import type { Logger } from "../../observe/logger.ts";
import { Records } from "../../store/records.ts";
import type { Store } from "../../store/store.ts";
import { startEventsClockwork } from "./clockwork.ts";
import { tooManyConflicts } from "./faults/base.ts";
import { RuleCatalog } from "./model/rule-catalog.ts";
import type { EventsParts } from "./parts.ts";

export interface EventsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly authorise: AuthoriseUse;
}

export interface OpenedEvents {
  readonly parts: EventsParts;
  /** Resolves when what it was at has ended. */
  readonly stop: () => Promise<void>;
}

export function openEvents({ store, clock, ids, log, authorise }: EventsOptions): OpenedEvents {
  const records = new Records(store, { service: "events", tooManyConflicts });
  const catalog = new RuleCatalog(records);
  const clockwork = startEventsClockwork({ store, records, catalog, authorise, clock, ids, log });
  return {
    parts: { records, catalog, clock, ids, authorise },
    async stop() {
      await clockwork.stop();
      records.close();
    },
  };
}
