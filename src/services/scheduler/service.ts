// EventBridge Scheduler's operations: all of the official client's.
import type { OperationTable } from "../../protocol/operation.ts";
import type { SchedulerClient } from "./api.ts";
import { createSchedule } from "./operations/create-schedule.ts";
import { createScheduleGroup } from "./operations/create-schedule-group.ts";
import { deleteSchedule } from "./operations/delete-schedule.ts";
import { deleteScheduleGroup } from "./operations/delete-schedule-group.ts";
import { getSchedule } from "./operations/get-schedule.ts";
import { getScheduleGroup } from "./operations/get-schedule-group.ts";
import { listScheduleGroups } from "./operations/list-schedule-groups.ts";
import { listSchedules } from "./operations/list-schedules.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateSchedule } from "./operations/update-schedule.ts";
import type { SchedulerParts } from "./parts.ts";

export const schedulerService = (parts: SchedulerParts): OperationTable<SchedulerClient> => ({
  CreateSchedule: createSchedule(parts),
  CreateScheduleGroup: createScheduleGroup(parts),
  DeleteSchedule: deleteSchedule(parts),
  DeleteScheduleGroup: deleteScheduleGroup(parts),
  GetSchedule: getSchedule(parts),
  GetScheduleGroup: getScheduleGroup(parts),
  ListScheduleGroups: listScheduleGroups(parts),
  ListSchedules: listSchedules(parts),
  ListTagsForResource: listTagsForResource(parts),
  TagResource: tagResource(parts),
  UntagResource: untagResource(parts),
  UpdateSchedule: updateSchedule(parts),
});
