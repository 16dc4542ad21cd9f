// What the operations of EventBridge Scheduler are made of; main.ts brings it.
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Records } from "../../store/records.ts";

export interface SchedulerParts {
  readonly records: Records;
  readonly clock: Clock;
  readonly ids: Ids;
}
