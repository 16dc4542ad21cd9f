// GetPolicy: the policy of a function, version or alias, and its RevisionId.
import { policyText } from "../../../functions/policies.ts";
import type { LambdaHandler } from "../api.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { policyNotThere } from "../faults/policies.ts";
import { findPolicy, locatePolicy } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const getPolicy =
  (parts: LambdaParts): LambdaHandler<"GetPolicy"> =>
  async (input, context) => {
    const target = locatePolicy(input, context);
    const stored = await findPolicy(target, parts.functions);
    if (stored !== undefined) return { Policy: policyText(stored.record), RevisionId: stored.record.revisionId };
    await requireFunction(parts.functions, target.id);
    throw policyNotThere();
  };
