// DeleteFunction: the function with all that belongs to it, or one of its versions.
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction } from "../../../functions/address.ts";
import { deleteBelongings, deleteQualifiedBelongings } from "../../../functions/belongings.ts";
import { commitChange } from "../../../functions/change.ts";
import type { ChangePlan } from "../../../store/change.ts";
import * as documents from "../../../functions/documents.ts";
import { isNumeric, latestVersion, parseVersionNumber, type FunctionId } from "../../../functions/function-version.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { leadsTo } from "../../../functions/records.ts";
import type { LambdaHandler } from "../api.ts";
import { aliasUndeletable, latestUndeletable, versionInUse } from "../faults/functions.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteFunction =
  (parts: LambdaParts): LambdaHandler<"DeleteFunction"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    if (qualifier === latestVersion) throw latestUndeletable();
    if (qualifier !== undefined && !isNumeric(qualifier)) {
      // A function that is missing comes first, without the qualifier.
      await requireFunction(parts.functions, id);
      throw aliasUndeletable();
    }
    await commitChange(parts.functions, id, () =>
      qualifier === undefined ? planDeletion(id, parts) : planVersionDeletion(id, qualifier, parts),
    );
    return { StatusCode: 204 };
  };

async function planDeletion(id: FunctionId, { functions }: LambdaParts): Promise<ChangePlan<void>> {
  const stored = await requireFunction(functions, id);
  const belongings = await deleteBelongings(functions, id);
  return { operations: [documents.deleteFunction(stored), ...belongings], result: undefined };
}

async function planVersionDeletion(
  id: FunctionId,
  qualifier: string,
  { functions }: LambdaParts,
): Promise<ChangePlan<void>> {
  const { record: latest, revision } = await requireFunction(functions, id);
  const number = parseVersionNumber(qualifier);
  const published = number === undefined ? undefined : await functions.findVersion(id, number);
  // AWS answers 204 also when there was nothing to delete.
  if (published === undefined) return { operations: [], result: undefined };
  const users = (await functions.listAliases(id))
    .map(({ record }) => record)
    .filter((alias) => leadsTo(alias, qualifier));
  if (users.length > 0)
    throw versionInUse(
      formatFunctionArn(id, qualifier),
      users.map(({ alias }) => alias),
    );
  return {
    operations: [
      // Written along, as it is: it orders all changes of the function (functions/documents.ts).
      documents.putFunction(latest, revision),
      documents.versions.delete(published.key),
      ...deleteQualifiedBelongings(id.name, qualifier),
    ],
    result: undefined,
  };
}
