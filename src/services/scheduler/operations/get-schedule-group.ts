// GetScheduleGroup: also of the default one, which is always there.
import type { SchedulerHandler } from "../api.ts";
import { groupOutput, requireGroup } from "../model/group.ts";
import type { SchedulerParts } from "../parts.ts";

export const getScheduleGroup =
  ({ records }: SchedulerParts): SchedulerHandler<"GetScheduleGroup"> =>
  async ({ Name }, context) =>
    groupOutput(context, (await requireGroup(records, context, Name)).record);
