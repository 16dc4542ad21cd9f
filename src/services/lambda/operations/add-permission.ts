// AddPermission: one more statement in the policy of a function, version or alias.
import { functionNotFound } from "../../../functions/faults.ts";
import { addStatement } from "../../../functions/policies.ts";
import type { LambdaHandler } from "../api.ts";
import { latestHasNoPolicy } from "../faults/policies.ts";
import { permissionStatement } from "../model/permission-statement.ts";
import { changePolicy, locatePolicy } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const addPermission =
  (parts: LambdaParts): LambdaHandler<"AddPermission"> =>
  async (input, context) => {
    const target = locatePolicy(input, context);
    if (target.isLatest) throw latestHasNoPolicy();
    const statement = permissionStatement(input, target);
    return changePolicy(target, parts, {
      revisionId: input.RevisionId,
      missing: functionNotFound,
      edit: (current) => ({
        policy: addStatement(current, statement, parts.ids.uuid()),
        result: { Statement: JSON.stringify(statement) },
      }),
    });
  };
