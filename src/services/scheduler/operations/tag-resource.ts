// TagResource: only groups have tags.
import type { SchedulerHandler } from "../api.ts";
import { changeTags } from "../model/tags.ts";
import type { SchedulerParts } from "../parts.ts";

export const tagResource =
  (parts: SchedulerParts): SchedulerHandler<"TagResource"> =>
  ({ ResourceArn, Tags }, context) =>
    changeTags(parts, { arn: ResourceArn, context }, (tags) => ({ ...tags, ...Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) }));
