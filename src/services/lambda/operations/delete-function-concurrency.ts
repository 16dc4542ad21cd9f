// DeleteFunctionConcurrency: the function shares the account's pool again. Nothing reserved is no fault.
import { commitChange } from "../../../functions/change.ts";
import { reservedConcurrency, reservedKey } from "../../../functions/concurrency.ts";
import { putFunction } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { locateUnqualified, requireLatest } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteFunctionConcurrency =
  (parts: LambdaParts): LambdaHandler<"DeleteFunctionConcurrency"> =>
  async (input, context) => {
    const id = locateUnqualified(input, context);
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireLatest(parts.functions, id);
      const reserved = await parts.functions.get(id, reservedConcurrency, reservedKey(id.name));
      if (reserved === undefined) return { operations: [], result: {} };
      return { operations: [putFunction(record, revision), reservedConcurrency.delete(reserved.key)], result: {} };
    });
  };
