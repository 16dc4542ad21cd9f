// AddLayerVersionPermission: another account, or everybody, may use a layer version.
import { addStatement } from "../../../functions/policies.ts";
import type { LambdaHandler } from "../api.ts";
import { changeLayerPolicy, layerPermission, locateLayerPolicy } from "../model/layer-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const addLayerVersionPermission =
  (parts: LambdaParts): LambdaHandler<"AddLayerVersionPermission"> =>
  async (input, context) => {
    const target = locateLayerPolicy(input, "AddLayerVersionPermission", context);
    const statement = layerPermission(input, target);
    return changeLayerPolicy(target, parts, {
      revisionId: input.RevisionId,
      edit: (current) => {
        const policy = addStatement(current, statement, parts.ids.uuid());
        return { policy, result: { Statement: JSON.stringify(statement), RevisionId: policy.revisionId } };
      },
    });
  };
