// ListSchedules: those of one group or of all, in order of groups and names.
import type { SchedulerHandler } from "../api.ts";
import { requireGroup } from "../model/group.ts";
import { cutPage } from "../model/paging.ts";
import { schedules, scheduleSummary } from "../model/schedule.ts";
import type { SchedulerParts } from "../parts.ts";

export const listSchedules =
  ({ records }: SchedulerParts): SchedulerHandler<"ListSchedules"> =>
  async (input, context) => {
    const { GroupName: group, NamePrefix = "", State } = input;
    if (group !== undefined) await requireGroup(records, context, group);
    const stored = await records.scan(context, schedules, group === undefined ? {} : { prefix: `${group}/${NamePrefix}` });
    const wanted = stored.filter(({ record }) => record.name.startsWith(NamePrefix) && (State === undefined || record.state === State));
    const { page, next } = cutPage(wanted, input, ({ key }) => key);
    return { ...next, Schedules: page.map(({ record }) => scheduleSummary(context, record)) };
  };
