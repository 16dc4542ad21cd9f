// DeleteScheduleGroup: with all of its schedules. A ClientToken is not needed: a second deletion finds nothing.
import { commitChangeOf } from "../../../store/change.ts";
import type { SchedulerHandler } from "../api.ts";
import { defaultGroupStays, groupNotFound } from "../faults/schedules.ts";
import { groups } from "../model/group.ts";
import { defaultGroup, groupArn } from "../model/names.ts";
import { noTimer, schedules } from "../model/schedule.ts";
import type { SchedulerParts } from "../parts.ts";

export const deleteScheduleGroup =
  ({ records }: SchedulerParts): SchedulerHandler<"DeleteScheduleGroup"> =>
  async ({ Name: name }, context) => {
    if (name === defaultGroup) throw defaultGroupStays();
    return commitChangeOf(records, context, groupArn(context, name), async () => {
      const stored = await records.get(context, groups, name);
      if (stored === undefined) throw groupNotFound(name);
      const members = await records.scan(context, schedules, { prefix: `${name}/` });
      return {
        operations: [groups.delete(name, stored.revision), ...members.flatMap(({ key, record }) => [schedules.delete(key), noTimer(record)])],
        result: {},
      };
    });
  };
