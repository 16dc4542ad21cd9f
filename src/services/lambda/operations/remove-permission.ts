// RemovePermission: a statement leaves the policy; with the last one the policy goes.
import { removeStatement } from "../../../functions/policies.ts";
import type { LambdaHandler } from "../api.ts";
import { noPolicyFor } from "../faults/policies.ts";
import { changePolicy, locatePolicy } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const removePermission =
  (parts: LambdaParts): LambdaHandler<"RemovePermission"> =>
  async (input, context) =>
    changePolicy(locatePolicy(input, context), parts, {
      revisionId: input.RevisionId,
      missing: noPolicyFor,
      edit: (current) => ({ policy: removeStatement(current, input.StatementId, parts.ids.uuid()), result: {} }),
    });
