// UntagResource: tags that are not there are taken away, too.
import type { SchedulerHandler } from "../api.ts";
import { changeTags } from "../model/tags.ts";
import type { SchedulerParts } from "../parts.ts";

export const untagResource =
  (parts: SchedulerParts): SchedulerHandler<"UntagResource"> =>
  ({ ResourceArn, TagKeys }, context) =>
    changeTags(parts, { arn: ResourceArn, context }, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))));
