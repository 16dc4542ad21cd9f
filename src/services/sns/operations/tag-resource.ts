// TagResource: adds tags to a topic and replaces those of the same key.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { putTags, requireTagged, tagMap, tagsOf } from "../model/tags.ts";
import type { SnsParts } from "../parts.ts";

export const tagResource =
  ({ records }: SnsParts): SnsHandler<"TagResource"> =>
  (input, context) =>
    commitChangeOf(records, context, input.ResourceArn, async () => {
      const arn = await requireTagged(records, context, input.ResourceArn);
      const tags = { ...(await tagsOf(records, context, arn)), ...tagMap(input.Tags) };
      return { operations: [putTags(arn, tags)], result: {} };
    });
