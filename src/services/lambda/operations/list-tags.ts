// ListTags: an empty map when there are none.
import type { LambdaHandler } from "../api.ts";
import { locateTagged } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const listTags =
  (parts: LambdaParts): LambdaHandler<"ListTags"> =>
  async (input, context) => {
    const resource = locateTagged(input.Resource, context, parts.functions);
    await resource.require("read");
    return { Tags: { ...(await parts.functions.tagsOf(context, resource.tagsKey)) } };
  };
