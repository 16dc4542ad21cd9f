// DeleteFunctionCodeSigningConfig: packages of the function are not judged any more. One that has none is no fault.
import { commitChange } from "../../../functions/change.ts";
import { codeSigningOf, detachCodeSigning } from "../../../functions/code-signing.ts";
import { putFunction } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteFunctionCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteFunctionCodeSigningConfig"> =>
  async ({ FunctionName }, context) => {
    const id = locateWholeFunction({ FunctionName }, context);
    return commitChange(functions, id, async () => {
      const { record, revision } = await requireFunction(functions, id);
      const attached = await codeSigningOf(functions, id);
      const operations = attached === undefined ? [] : [putFunction(record, revision), detachCodeSigning(id.name)];
      return { operations, result: {} };
    });
  };
