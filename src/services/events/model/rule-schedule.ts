// Rules that act at times of their own: a timer of the store each.
import type { Scope } from "../../../core/context.ts";
import { nextOccurrence, readScheduleExpression, type ScheduleExpression } from "../../../core/schedule/expression.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { invalidSchedule } from "../faults/rules.ts";
import { type BusEvent, busEvent } from "./event.ts";
import { ruleArn } from "./names.ts";
import { type RuleRecord, ruleKey } from "./rule.ts";

/** Fault: malformed, or an `at()`, which rules do not have. */
export function readSchedule(text: string): ScheduleExpression {
  const expression = readScheduleExpression(text);
  if (expression === undefined || expression.kind === "at") throw invalidSchedule();
  return expression;
}

const timerPrefix = "rule:";
const timerName = ({ bus, name }: RuleRecord): string => `${timerPrefix}${ruleKey(bus, name)}`;

/** Key of the rule whose timer it is; undefined: another's. */
export const ruleOfTimer = (name: string): string | undefined =>
  name.startsWith(timerPrefix) ? name.slice(timerPrefix.length) : undefined;

export const noTimer = (rule: RuleRecord): StoreOperation => ({ kind: "cancel-timer", name: timerName(rule) });

/** For its next time after `afterMs`; none while it is disabled, or where there is none any more. */
export function scheduleTimer(rule: RuleRecord, afterMs: number): StoreOperation {
  const { schedule, state, scheduledSinceMs: sinceMs } = rule;
  const dueAtMs =
    schedule === undefined || state === "DISABLED" ? undefined : nextOccurrence(readSchedule(schedule), { afterMs, sinceMs, zone: "UTC" });
  return dueAtMs === undefined ? noTimer(rule) : { kind: "set-timer", name: timerName(rule), dueAtMs, value: null };
}

/** `timeMs`: for which it was scheduled. */
export const scheduledEvent = (
  rule: RuleRecord,
  { scope, id, timeMs, nowMs }: { readonly scope: Scope; readonly id: string; readonly timeMs: number; readonly nowMs: number },
): BusEvent =>
  busEvent({
    id,
    scope,
    nowMs,
    timeMs,
    trace: undefined,
    source: "aws.events",
    detailType: "Scheduled Event",
    resources: [ruleArn(scope, rule.bus, rule.name)],
    detail: { kind: "object", members: new Map(), at: 0 },
  });
