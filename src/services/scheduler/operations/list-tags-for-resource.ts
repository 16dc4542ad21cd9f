// ListTagsForResource: of a group.
import type { SchedulerHandler } from "../api.ts";
import { requireTagged } from "../model/tags.ts";
import type { SchedulerParts } from "../parts.ts";

export const listTagsForResource =
  ({ records }: SchedulerParts): SchedulerHandler<"ListTagsForResource"> =>
  async ({ ResourceArn }, context) => {
    const { record } = await requireTagged(records, context, ResourceArn);
    return { Tags: Object.entries(record.tags).map(([Key, Value]) => ({ Key, Value })) };
  };
