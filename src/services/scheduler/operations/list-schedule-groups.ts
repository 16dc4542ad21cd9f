// ListScheduleGroups: in order of names, the default one among them.
import type { SchedulerHandler } from "../api.ts";
import { groupOutput, groups } from "../model/group.ts";
import { defaultGroup } from "../model/names.ts";
import { cutPage } from "../model/paging.ts";
import type { SchedulerParts } from "../parts.ts";

export const listScheduleGroups =
  ({ records }: SchedulerParts): SchedulerHandler<"ListScheduleGroups"> =>
  async (input, context) => {
    const made = (await records.scan(context, groups)).map(({ record }) => record);
    const all = made.some(({ name }) => name === defaultGroup) ? made : [...made, { name: defaultGroup, createdMs: undefined, tags: {}, clientToken: undefined }];
    const named = all.filter(({ name }) => name.startsWith(input.NamePrefix ?? "")).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const { page, next } = cutPage(named, input, ({ name }) => name);
    return { ...next, ScheduleGroups: page.map((record) => groupOutput(context, record)) };
  };
