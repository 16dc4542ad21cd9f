// DeleteResourcePolicy: the whole policy, however its statements came to be.
import { functionNotFound, noPolicy } from "../../../functions/faults.ts";
import type { LambdaHandler } from "../api.ts";
import { changePolicy, locatePolicyByArn } from "../model/resource-policy.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteResourcePolicy =
  (parts: LambdaParts): LambdaHandler<"DeleteResourcePolicy"> =>
  async (input, context) =>
    changePolicy(locatePolicyByArn(input.ResourceArn, context), parts, {
      revisionId: input.RevisionId,
      missing: functionNotFound,
      edit: (current) => {
        if (current === undefined) throw noPolicy();
        return { policy: undefined, result: {} };
      },
    });
