// CreateSchedule: with the ClientToken of the request that made it, the same schedule.
import { commitChangeOf } from "../../../store/change.ts";
import type { SchedulerHandler } from "../api.ts";
import { fractionOf } from "../clockwork.ts";
import { scheduleExists } from "../faults/schedules.ts";
import { requireGroup } from "../model/group.ts";
import { scheduleArn } from "../model/names.ts";
import { actTimer, scheduleKey, schedules } from "../model/schedule.ts";
import { readSettings } from "../model/settings.ts";
import type { SchedulerParts } from "../parts.ts";

export const createSchedule =
  ({ records, clock, ids }: SchedulerParts): SchedulerHandler<"CreateSchedule"> =>
  async (input, context) => {
    const settings = readSettings(input);
    const { group, name, clientToken } = settings;
    const result = { ScheduleArn: scheduleArn(context, group, name) };
    return commitChangeOf(records, context, result.ScheduleArn, async () => {
      await requireGroup(records, context, group);
      const stored = await records.get(context, schedules, scheduleKey(group, name));
      if (stored !== undefined && (clientToken === undefined || stored.record.clientToken !== clientToken)) throw scheduleExists(name);
      if (stored !== undefined) return { operations: [], result };
      const nowMs = clock.now();
      const record = { ...settings, createdMs: nowMs, modifiedMs: nowMs };
      const timer = actTimer(record, { afterMs: nowMs - 1, fraction: fractionOf(ids.hex(4)) });
      return { operations: [schedules.put(scheduleKey(group, name), record, "absent"), ...(timer === undefined ? [] : [timer])], result };
    });
  };
