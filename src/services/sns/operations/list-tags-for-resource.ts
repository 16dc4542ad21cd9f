// ListTagsForResource: of a topic.
import type { SnsHandler } from "../api.ts";
import { requireTagged, tagsOf } from "../model/tags.ts";
import type { SnsParts } from "../parts.ts";

export const listTagsForResource =
  ({ records }: SnsParts): SnsHandler<"ListTagsForResource"> =>
  async (input, context) => {
    const tags = await tagsOf(records, context, await requireTagged(records, context, input.ResourceArn));
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };
