// What SNS's operations are made of. It does nothing by itself: triggers/push/ brings its messages to subscribers.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import { Records } from "../../store/records.ts";
import type { Store } from "../../store/store.ts";
import { tooManyConflicts } from "./faults/base.ts";
import { Signer } from "./model/signer.ts";
import { TopicCatalog } from "./model/topic-catalog.ts";
import type { SnsParts } from "./parts.ts";

export interface SnsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface OpenedSns {
  readonly parts: SnsParts;
  readonly stop: () => void;
}

export function openSns({ store, clock, ids }: SnsOptions): OpenedSns {
  const records = new Records(store, { service: "sns", tooManyConflicts });
  return { parts: { records, catalog: new TopicCatalog(records), signer: new Signer(records, clock, ids), clock, ids }, stop: () => records.close() };
}
