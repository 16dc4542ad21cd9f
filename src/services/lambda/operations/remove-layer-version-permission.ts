// RemoveLayerVersionPermission: functions that have the layer already keep it.
import { removeStatement } from "../../../functions/policies.ts";
import type { LambdaHandler } from "../api.ts";
import { changeLayerPolicy, locateLayerPolicy } from "../model/layer-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const removeLayerVersionPermission =
  (parts: LambdaParts): LambdaHandler<"RemoveLayerVersionPermission"> =>
  async (input, context) =>
    changeLayerPolicy(locateLayerPolicy(input, "RemoveLayerVersionPermission", context), parts, {
      revisionId: input.RevisionId,
      edit: (current) => ({ policy: removeStatement(current, input.StatementId, parts.ids.uuid()), result: {} }),
    });
