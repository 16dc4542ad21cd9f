// UntagResource: keys that the resource does not have are no fault.
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { locateTagged } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const untagResource =
  (parts: LambdaParts): LambdaHandler<"UntagResource"> =>
  async (input, context) => {
    const resource = locateTagged(input.Resource, context, parts.functions);
    const gone = new Set(input.TagKeys);
    return resource.commit(async () => {
      const along = await resource.require("change");
      const tags = Object.entries(await parts.functions.tagsOf(context, resource.tagsKey)).filter(([key]) => !gone.has(key));
      return { operations: [...along, putTags(resource.tagsKey, Object.fromEntries(tags))], result: {} };
    });
  };
