// ListTagsForResource: of a bus or a rule.
import type { EventsHandler } from "../api.ts";
import { requireTagged, tagsOf } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const listTagsForResource =
  ({ records }: EventsParts): EventsHandler<"ListTagsForResource"> =>
  async (input, context) => {
    const tags = await tagsOf(records, context, await requireTagged(records, context, input.ResourceARN));
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };
