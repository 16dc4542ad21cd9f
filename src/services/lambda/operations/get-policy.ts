// GetPolicy: the policy of a function, version or alias, and its RevisionId.
import type { LambdaHandler } from "../api.ts";
import { locatePolicy, policyOutput, requirePolicy } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const getPolicy =
  (parts: LambdaParts): LambdaHandler<"GetPolicy"> =>
  async (input, context) =>
    policyOutput(await requirePolicy(locatePolicy(input, context), parts.functions));
