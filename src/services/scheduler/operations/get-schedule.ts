// GetSchedule: all of a schedule, defaults included.
import type { SchedulerHandler } from "../api.ts";
import { defaultGroup } from "../model/names.ts";
import { requireSchedule, scheduleOutput } from "../model/schedule.ts";
import type { SchedulerParts } from "../parts.ts";

export const getSchedule =
  ({ records }: SchedulerParts): SchedulerHandler<"GetSchedule"> =>
  async ({ GroupName: group = defaultGroup, Name: name }, context) =>
    scheduleOutput(context, (await requireSchedule(records, context, { group, name })).record);
