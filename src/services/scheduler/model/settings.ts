// What Create and Update make of their input: the same record, and the same faults.
import type { SchedulerInput } from "../api.ts";
import { endBeforeStart, invalidZone, notApplied, windowMissing, windowUnwanted } from "../faults/schedules.ts";
import { isTimeZone } from "../../../core/schedule/expression.ts";
import { defaultGroup } from "./names.ts";
import { readExpression, type ScheduleRecord } from "./schedule.ts";
import { checkTarget } from "./target.ts";

/** Left out means the default, also in an update. */
export function readSettings(input: SchedulerInput<"CreateSchedule"> | SchedulerInput<"UpdateSchedule">): Omit<ScheduleRecord, "createdMs" | "modifiedMs"> {
  const { Name, GroupName = defaultGroup, ScheduleExpression, ScheduleExpressionTimezone: zone = "UTC", StartDate, EndDate, FlexibleTimeWindow } = input;
  readExpression(ScheduleExpression);
  if (!isTimeZone(zone)) throw invalidZone(zone);
  if (input.KmsKeyArn !== undefined && input.KmsKeyArn !== "") throw notApplied("KmsKeyArn", "schedules are not encrypted with keys of your own.");
  if (StartDate !== undefined && EndDate !== undefined && StartDate >= EndDate) throw endBeforeStart();
  const { Mode, MaximumWindowInMinutes } = FlexibleTimeWindow;
  if (Mode === "FLEXIBLE" && MaximumWindowInMinutes === undefined) throw windowMissing();
  if (Mode === "OFF" && MaximumWindowInMinutes !== undefined) throw windowUnwanted();
  checkTarget(input.Target);
  return {
    group: GroupName,
    name: Name,
    expression: ScheduleExpression,
    zone,
    startMs: StartDate?.getTime(),
    endMs: EndDate?.getTime(),
    description: input.Description,
    state: input.State ?? "ENABLED",
    target: input.Target,
    windowMinutes: MaximumWindowInMinutes ?? 0,
    isDeletedAfter: input.ActionAfterCompletion === "DELETE",
    clientToken: input.ClientToken,
  };
}
