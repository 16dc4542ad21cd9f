// CreateScheduleGroup: with the ClientToken of the request that made it, the same group.
import { commitChangeOf } from "../../../store/change.ts";
import type { SchedulerHandler } from "../api.ts";
import { groupExists } from "../faults/schedules.ts";
import { groups } from "../model/group.ts";
import { defaultGroup, groupArn } from "../model/names.ts";
import type { SchedulerParts } from "../parts.ts";

export const createScheduleGroup =
  ({ records, clock }: SchedulerParts): SchedulerHandler<"CreateScheduleGroup"> =>
  async ({ Name: name, Tags = [], ClientToken: clientToken }, context) => {
    const result = { ScheduleGroupArn: groupArn(context, name) };
    return commitChangeOf(records, context, result.ScheduleGroupArn, async () => {
      const stored = await records.get(context, groups, name);
      if (stored !== undefined && clientToken !== undefined && stored.record.clientToken === clientToken) return { operations: [], result };
      if (stored !== undefined || name === defaultGroup) throw groupExists(name);
      const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
      return { operations: [groups.put(name, { name, createdMs: clock.now(), tags, clientToken }, "absent")], result };
    });
  };
