// TagResource: adds tags and replaces those of the same key. The RevisionId stays.
import { commitChange } from "../../../functions/change.ts";
import { putFunction, putTags } from "../../../functions/documents.ts";
import { requireTaggable } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { noTags } from "../faults/tags.ts";
import { checkTags } from "../model/settings.ts";
import { locateTaggedFunction } from "../model/tagged-resource.ts";
import type { LambdaParts } from "../parts.ts";

export const tagResource =
  (parts: LambdaParts): LambdaHandler<"TagResource"> =>
  async (input, context) => {
    const id = locateTaggedFunction(input.Resource, context);
    if (Object.keys(input.Tags).length === 0) throw noTags();
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireFunction(parts.functions, id);
      requireTaggable(record, id);
      const tags = { ...(await parts.functions.tags(id)), ...input.Tags };
      checkTags(tags);
      return { operations: [putFunction(record, revision), putTags(id.name, tags)], result: {} };
    });
  };
