// DeleteAlias: an alias that is not there is no fault.
import { deleteQualifiedBelongings } from "../../../functions/belongings.ts";
import { commitChange } from "../../../functions/change.ts";
import { aliases, putFunction } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteAlias =
  (parts: LambdaParts): LambdaHandler<"DeleteAlias"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireFunction(parts.functions, id);
      const stored = await parts.functions.findAlias(id, input.Name);
      if (stored === undefined) return { operations: [], result: {} };
      const belongings = deleteQualifiedBelongings(id.name, input.Name);
      return { operations: [putFunction(record, revision), aliases.delete(stored.key), ...belongings], result: {} };
    });
  };
