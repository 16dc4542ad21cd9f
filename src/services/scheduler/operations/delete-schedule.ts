// DeleteSchedule: what it has sent already goes on. A ClientToken is not needed: a second deletion finds nothing.
import { commitChangeOf } from "../../../store/change.ts";
import type { SchedulerHandler } from "../api.ts";
import { defaultGroup, scheduleArn } from "../model/names.ts";
import { noTimer, requireSchedule, scheduleKey, schedules } from "../model/schedule.ts";
import type { SchedulerParts } from "../parts.ts";

export const deleteSchedule =
  ({ records }: SchedulerParts): SchedulerHandler<"DeleteSchedule"> =>
  ({ GroupName: group = defaultGroup, Name: name }, context) =>
    commitChangeOf(records, context, scheduleArn(context, group, name), async () => {
      const { record, revision } = await requireSchedule(records, context, { group, name });
      return { operations: [schedules.delete(scheduleKey(group, name), revision), noTimer(record)], result: {} };
    });
