// GetLayerVersionPolicy: who may use a layer version, and the policy's RevisionId.
import { noPolicy } from "../../../functions/faults.ts";
import { findLayerPolicy } from "../../../functions/layers.ts";
import type { LambdaHandler } from "../api.ts";
import { locateLayerPolicy, requirePolicyHolder } from "../model/layer-policy.ts";
import { policyOutput } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const getLayerVersionPolicy =
  (parts: LambdaParts): LambdaHandler<"GetLayerVersionPolicy"> =>
  async (input, context) => {
    const target = locateLayerPolicy(input, "GetLayerVersionPolicy", context);
    await requirePolicyHolder(target, parts);
    const stored = await findLayerPolicy(parts.functions, target.id, target.version);
    if (stored === undefined) throw noPolicy();
    return policyOutput(stored.record);
  };
