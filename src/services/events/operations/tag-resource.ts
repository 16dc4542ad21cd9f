// TagResource: adds tags to a bus or a rule and replaces those of the same key.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { putTags, requireTagged, tagMap, tagsOf } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const tagResource =
  ({ records }: EventsParts): EventsHandler<"TagResource"> =>
  (input, context) =>
    commitChangeOf(records, context, input.ResourceARN, async () => {
      const arn = await requireTagged(records, context, input.ResourceARN);
      const tags = { ...(await tagsOf(records, context, arn)), ...tagMap(input.Tags) };
      return { operations: [putTags(arn, tags)], result: {} };
    });
