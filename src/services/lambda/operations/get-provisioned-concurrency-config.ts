// GetProvisionedConcurrencyConfig: what is asked for, and how much of it is there.
import { provisionedConcurrency } from "../../../functions/concurrency.ts";
import { qualifiedKey } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { provisionedConfigNotFound } from "../faults/concurrency.ts";
import { locatePublished, provisionedOutput, requireTarget } from "../model/provisioned-concurrency.ts";
import type { LambdaParts } from "../parts.ts";

export const getProvisionedConcurrencyConfig =
  (parts: LambdaParts): LambdaHandler<"GetProvisionedConcurrencyConfig"> =>
  async (input, context) => {
    const target = locatePublished(input, context);
    const { id, qualifier } = target;
    await requireTarget(target, parts);
    const config = await parts.functions.get(id, provisionedConcurrency, qualifiedKey(id.name, qualifier));
    if (config === undefined) throw provisionedConfigNotFound();
    return provisionedOutput(id, config.record, parts);
  };
