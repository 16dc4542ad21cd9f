// Schedules: what is to happen when, and the timer of the store that each has.
import type { Scope } from "../../../core/context.ts";
import { nextOccurrence, readScheduleExpression, type ScheduleExpression } from "../../../core/schedule/expression.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import type { SchedulerInput } from "../api.ts";
import { invalidExpression, scheduleNotFound } from "../faults/schedules.ts";
import { limits } from "../limits.ts";
import { scheduleArn } from "./names.ts";

type CreateInput = SchedulerInput<"CreateSchedule">;
export type ScheduleTarget = CreateInput["Target"];

/** Document `schedules/GROUP/NAME`. Times are Unix epoch milliseconds. */
export interface ScheduleRecord {
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  /** IANA. */
  readonly zone: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly description: string | undefined;
  readonly state: "ENABLED" | "DISABLED";
  readonly target: ScheduleTarget;
  /** In which it acts at any moment; 0: at once. */
  readonly windowMinutes: number;
  readonly isDeletedAfter: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly clientToken: string | undefined;
}

export const schedules = new Collection<ScheduleRecord>("schedules");
export const scheduleKey = (group: string, name: string): string => `${group}/${name}`;

/** Fault: there is none. */
export async function requireSchedule(records: Records, scope: Scope, { group, name }: { readonly group: string; readonly name: string }): Promise<Stored<ScheduleRecord>> {
  const stored = await records.get(scope, schedules, scheduleKey(group, name));
  if (stored === undefined) throw scheduleNotFound(name);
  return stored;
}

/** Fault: malformed. */
export function readExpression(text: string): ScheduleExpression {
  const expression = readScheduleExpression(text);
  if (expression === undefined) throw invalidExpression(text);
  return expression;
}

/** Scheduled time of its next act after `afterMs`; undefined: none any more. */
export function nextAct({ expression, zone, startMs, endMs, modifiedMs }: ScheduleRecord, afterMs: number): number | undefined {
  const read = readExpression(expression);
  // Dates bound what recurs; one-time schedules do not know them.
  if (read.kind === "at") return nextOccurrence(read, { afterMs, sinceMs: 0, zone });
  const sinceMs = startMs ?? modifiedMs;
  const next = nextOccurrence(read, { afterMs: Math.max(afterMs, sinceMs - 1), sinceMs, zone });
  return next === undefined || (endMs !== undefined && next > endMs) ? undefined : next;
}

const timerPrefix = "schedule:";
const timerName = ({ group, name }: Pick<ScheduleRecord, "group" | "name">): string => `${timerPrefix}${scheduleKey(group, name)}`;
export const scheduleOfTimer = (name: string): string => name.slice(timerPrefix.length);

/** What a timer carries: the time that it was scheduled for, its window left aside. */
export type DueAct = { readonly scheduledMs: number };

export const noTimer = (schedule: Pick<ScheduleRecord, "group" | "name">): StoreOperation => ({ kind: "cancel-timer", name: timerName(schedule) });

/** For the next act after `afterMs`. `fraction` of the window goes by first. Undefined: there is none any more. */
export function actTimer(schedule: ScheduleRecord, { afterMs, fraction }: { readonly afterMs: number; readonly fraction: number }): StoreOperation | undefined {
  if (schedule.state === "DISABLED") return noTimer(schedule);
  const scheduledMs = nextAct(schedule, afterMs);
  if (scheduledMs === undefined) return undefined;
  const value: DueAct = { scheduledMs };
  return { kind: "set-timer", name: timerName(schedule), dueAtMs: scheduledMs + Math.floor(schedule.windowMinutes * 60_000 * fraction), value };
}

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** GetSchedule's. */
export const scheduleOutput = (scope: Scope, schedule: ScheduleRecord) => {
  const { group, name, expression, zone, startMs, endMs, description, state, target, windowMinutes, isDeletedAfter } = schedule;
  return {
    Arn: scheduleArn(scope, group, name),
    GroupName: group,
    Name: name,
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: zone,
    StartDate: dateOf(startMs),
    EndDate: dateOf(endMs),
    Description: description,
    State: state,
    // It was an input, and inputs are as outputs.
    Target: { ...(structuredClone(target) as object), RetryPolicy: retryPolicyOf(target) } as never,
    FlexibleTimeWindow: windowMinutes === 0 ? { Mode: "OFF" as const } : { Mode: "FLEXIBLE" as const, MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: isDeletedAfter ? ("DELETE" as const) : ("NONE" as const),
    CreationDate: new Date(schedule.createdMs),
    LastModificationDate: new Date(schedule.modifiedMs),
  };
};

export const retryPolicyOf = ({ RetryPolicy }: ScheduleTarget): { readonly MaximumRetryAttempts: number; readonly MaximumEventAgeInSeconds: number } => ({
  MaximumEventAgeInSeconds: RetryPolicy?.MaximumEventAgeInSeconds ?? limits.retryAgeSeconds,
  MaximumRetryAttempts: RetryPolicy?.MaximumRetryAttempts ?? limits.retryAttempts,
});

/** As lists show it. */
export const scheduleSummary = (scope: Scope, { group, name, state, target, createdMs, modifiedMs }: ScheduleRecord) => ({
  Arn: scheduleArn(scope, group, name),
  Name: name,
  GroupName: group,
  State: state,
  CreationDate: new Date(createdMs),
  LastModificationDate: new Date(modifiedMs),
  Target: { Arn: target.Arn },
});
