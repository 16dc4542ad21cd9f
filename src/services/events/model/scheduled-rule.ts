// A rule whose time has come: its event to all of its targets, and its timer set for the next time, in one commit.
import type { Clock } from "../../../core/clock.ts";
import type { Scope } from "../../../core/context.ts";
import type { Ids } from "../../../core/ids.ts";
import type { Records } from "../../../store/records.ts";
import type { DueTimer } from "../../../store/timer.ts";
import { deliveriesOf } from "./accept.ts";
import { ruleArn } from "./names.ts";
import { rules } from "./rule.ts";
import { activeTarget } from "./rule-catalog.ts";
import { scheduledEvent, scheduleTimer } from "./rule-schedule.ts";

interface Parts {
  readonly records: Records;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Times that went by while nobody was there are one: the last of them. Rejects with CommitConflict when it was changed meanwhile. */
export async function fireRule(
  { records, clock, ids }: Parts,
  { scope, key, timer }: { readonly scope: Scope; readonly key: string; readonly timer: DueTimer },
): Promise<void> {
  const done = { kind: "cancel-timer", name: timer.name, expect: timer.revision } as const;
  const stored = await records.get(scope, rules, key);
  if (stored === undefined || stored.record.state === "DISABLED") return records.commit(scope, [done]);
  const { record } = stored;
  const rule = { arn: ruleArn(scope, record.bus, record.name), name: record.name, targets: record.targets.map(activeTarget) };
  const event = scheduledEvent(record, { scope, id: ids.uuid(), timeMs: timer.dueAtMs, nowMs: clock.now() });
  await records.commit(scope, [done, ...deliveriesOf(rule, event, { scope, ids }), scheduleTimer(record, Math.max(timer.dueAtMs, clock.now()))]);
}
