// DeleteProvisionedConcurrencyConfig: nothing provisioned is no fault.
import { commitChange } from "../../../functions/change.ts";
import { provisionedConcurrency } from "../../../functions/concurrency.ts";
import { putFunction, qualifiedKey } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { locatePublished, requireTarget } from "../model/provisioned-concurrency.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteProvisionedConcurrencyConfig =
  (parts: LambdaParts): LambdaHandler<"DeleteProvisionedConcurrencyConfig"> =>
  async (input, context) => {
    const target = locatePublished(input, context);
    const { id, qualifier } = target;
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireTarget(target, parts);
      const config = await parts.functions.get(id, provisionedConcurrency, qualifiedKey(id.name, qualifier));
      if (config === undefined) return { operations: [], result: {} };
      return { operations: [putFunction(record, revision), provisionedConcurrency.delete(config.key)], result: {} };
    });
  };
