// What the operations of SNS are made of; main.ts brings it.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Records } from "../../store/records.ts";
import type { Signer } from "./model/signer.ts";
import type { TopicCatalog } from "./model/topic-catalog.ts";

export interface SnsParts {
  readonly records: Records;
  readonly catalog: TopicCatalog;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ids: Ids;
}
