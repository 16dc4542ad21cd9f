// UntagResource: tags that are not there are taken away, too.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { putTags, requireTagged, tagsOf } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const untagResource =
  ({ records }: EventsParts): EventsHandler<"UntagResource"> =>
  (input, context) =>
    commitChangeOf(records, context, input.ResourceARN, async () => {
      const arn = await requireTagged(records, context, input.ResourceARN);
      const tags = Object.entries(await tagsOf(records, context, arn)).filter(([key]) => !input.TagKeys.includes(key));
      return { operations: [putTags(arn, Object.fromEntries(tags))], result: {} };
    });
