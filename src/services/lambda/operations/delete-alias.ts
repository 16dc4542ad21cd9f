// DeleteAlias: an alias that is not there is no fault.
import { commitChange } from "../../../functions/change.ts";
import { deleteAlias as deleteAliasDocument, putFunction } from "../../../functions/documents.ts";
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
      if ((await parts.functions.findAlias(id, input.Name)) === undefined) return { operations: [], result: {} };
      return { operations: [putFunction(record, revision), deleteAliasDocument(id.name, input.Name)], result: {} };
    });
  };
