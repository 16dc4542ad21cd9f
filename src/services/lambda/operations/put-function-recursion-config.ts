// PutFunctionRecursionConfig: holds from the next invoke on.
import { commitChange } from "../../../functions/change.ts";
import { putFunction, qualifiedKey } from "../../../functions/documents.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { recursionConfigs } from "../../../functions/recursion-config.ts";
import type { LambdaHandler } from "../api.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const putFunctionRecursionConfig =
  ({ functions }: LambdaParts): LambdaHandler<"PutFunctionRecursionConfig"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    const { RecursiveLoop: recursiveLoop } = input;
    return commitChange(functions, id, async () => {
      const { record, revision } = await requireFunction(functions, id);
      const put = recursionConfigs.put(qualifiedKey(id.name, latestVersion), { recursiveLoop });
      return { operations: [putFunction(record, revision), put], result: { RecursiveLoop: recursiveLoop } };
    });
  };
