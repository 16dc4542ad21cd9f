// PutResourcePolicy: replaces the whole policy, statements of AddPermission included. One that is public is refused.
import { functionNotFound } from "../../../functions/faults.ts";
import type { LambdaHandler } from "../api.ts";
import { latestHasNoPolicy } from "../faults/policies.ts";
import { readPolicy } from "../model/policy-document.ts";
import { changePolicy, locatePolicyByArn, policyOutput } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const putResourcePolicy =
  (parts: LambdaParts): LambdaHandler<"PutResourcePolicy"> =>
  async (input, context) => {
    const target = locatePolicyByArn(input.ResourceArn, context);
    if (target.isLatest) throw latestHasNoPolicy();
    const policy = readPolicy(input.Policy, target.arn, parts.ids.uuid());
    return changePolicy(target, parts, {
      revisionId: input.RevisionId,
      missing: functionNotFound,
      edit: () => ({ policy, result: policyOutput(policy) }),
    });
  };
