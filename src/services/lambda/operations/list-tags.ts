// ListTags: an empty map when there are none.
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { locateTaggedFunction } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const listTags =
  (parts: LambdaParts): LambdaHandler<"ListTags"> =>
  async (input, context) => {
    const id = locateTaggedFunction(input.Resource, context);
    await requireFunction(parts.functions, id);
    return { Tags: { ...(await parts.functions.tags(id)) } };
  };
