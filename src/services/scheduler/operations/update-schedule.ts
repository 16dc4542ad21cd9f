// UpdateSchedule: replaces all of a schedule; what is left out has its default again.
import { commitChangeOf } from "../../../store/change.ts";
import type { SchedulerHandler } from "../api.ts";
import { fractionOf } from "../clockwork.ts";
import { scheduleArn } from "../model/names.ts";
import { actTimer, noTimer, requireSchedule, scheduleKey, schedules } from "../model/schedule.ts";
import { readSettings } from "../model/settings.ts";
import type { SchedulerParts } from "../parts.ts";

export const updateSchedule =
  ({ records, clock, ids }: SchedulerParts): SchedulerHandler<"UpdateSchedule"> =>
  async (input, context) => {
    const settings = readSettings(input);
    const { group, name } = settings;
    const result = { ScheduleArn: scheduleArn(context, group, name) };
    return commitChangeOf(records, context, result.ScheduleArn, async () => {
      const { record, revision } = await requireSchedule(records, context, { group, name });
      const nowMs = clock.now();
      const changed = { ...settings, clientToken: record.clientToken, createdMs: record.createdMs, modifiedMs: nowMs };
      const timer = actTimer(changed, { afterMs: nowMs - 1, fraction: fractionOf(ids.hex(4)) });
      return { operations: [schedules.put(scheduleKey(group, name), changed, revision), timer ?? noTimer(changed)], result };
    });
  };
