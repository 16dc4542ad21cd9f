// UntagResource: takes tags away by their keys.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { putTags, requireTagged, tagsOf } from "../model/tags.ts";
import type { SnsParts } from "../parts.ts";

export const untagResource =
  ({ records }: SnsParts): SnsHandler<"UntagResource"> =>
  (input, context) =>
    commitChangeOf(records, context, input.ResourceArn, async () => {
      const arn = await requireTagged(records, context, input.ResourceArn);
      const left = Object.entries(await tagsOf(records, context, arn)).filter(([key]) => !input.TagKeys.includes(key));
      return { operations: [putTags(arn, Object.fromEntries(left))], result: {} };
    });
