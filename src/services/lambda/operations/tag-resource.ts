// TagResource: adds tags and replaces those of the same key. The RevisionId stays.
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { noTags } from "../faults/tags.ts";
import { checkTags } from "../model/settings.ts";
import { locateTagged } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const tagResource =
  (parts: LambdaParts): LambdaHandler<"TagResource"> =>
  async (input, context) => {
    const resource = locateTagged(input.Resource, context, parts.functions);
    if (Object.keys(input.Tags).length === 0) throw noTags();
    return resource.commit(async () => {
      const along = await resource.require("change");
      const tags = { ...(await parts.functions.tagsOf(context, resource.tagsKey)), ...input.Tags };
      checkTags(tags);
      return { operations: [...along, putTags(resource.tagsKey, tags)], result: {} };
    });
  };
