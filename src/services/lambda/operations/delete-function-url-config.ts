// DeleteFunctionUrlConfig: one that is created anew has another URL.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { functionUrls } from "../../../functions/function-url.ts";
import type { LambdaHandler } from "../api.ts";
import { locateUrlTarget, requireUrl, requireUrlOwner } from "../model/function-url.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteFunctionUrlConfig =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteFunctionUrlConfig"> =>
  async (input, context) => {
    const target = locateUrlTarget(input, context);
    return commitChange(functions, target.id, async () => {
      const url = await requireUrl(target, functions);
      const { record, revision } = await requireUrlOwner(target, functions);
      return {
        operations: [putFunction(record, revision), functionUrls.delete(target.key, url.revision)],
        result: {},
      };
    });
  };
