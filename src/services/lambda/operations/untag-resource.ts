// UntagResource: keys that the function does not have are no fault.
import { commitChange } from "../../../functions/change.ts";
import { putFunction, putTags } from "../../../functions/documents.ts";
import { requireTaggable } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { locateTaggedFunction } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const untagResource =
  (parts: LambdaParts): LambdaHandler<"UntagResource"> =>
  async (input, context) => {
    const id = locateTaggedFunction(input.Resource, context);
    const gone = new Set(input.TagKeys);
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireFunction(parts.functions, id);
      requireTaggable(record, id);
      const tags = Object.entries(await parts.functions.tags(id)).filter(([key]) => !gone.has(key));
      return {
        operations: [putFunction(record, revision), putTags(id.name, Object.fromEntries(tags))],
        result: {},
      };
    });
  };
