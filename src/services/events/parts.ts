// What the operations of EventBridge are made of; main.ts brings it.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { AuthoriseUse } from "../../core/policed-resource.ts";
import type { Records } from "../../store/records.ts";
import type { RuleCatalog } from "./model/rule-catalog.ts";

export interface EventsParts {
  readonly records: Records;
  readonly catalog: RuleCatalog;
  readonly clock: Clock;
  readonly ids: Ids;
  /** One call may put events on buses of several accounts. */
  readonly authorise: AuthoriseUse;
}
