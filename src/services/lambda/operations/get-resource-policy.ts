// GetResourcePolicy: what GetPolicy shows, by ARN.
import type { LambdaHandler } from "../api.ts";
import { locatePolicyByArn, policyOutput, requirePolicy } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const getResourcePolicy =
  (parts: LambdaParts): LambdaHandler<"GetResourcePolicy"> =>
  async (input, context) =>
    policyOutput(await requirePolicy(locatePolicyByArn(input.ResourceArn, context), parts.functions));
