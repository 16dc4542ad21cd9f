// ListProvisionedConcurrencyConfigs: of one function, in order of their qualifiers.
import { formatFunctionArn } from "../../../core/arn.ts";
import { provisionedConcurrency } from "../../../functions/concurrency.ts";
import { belongingTo } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import { provisionedOutput } from "../model/provisioned-concurrency.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const listProvisionedConcurrencyConfigs =
  (parts: LambdaParts): LambdaHandler<"ListProvisionedConcurrencyConfigs"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    await requireFunction(parts.functions, id);
    const size = pageSize(input);
    const after = readMarker(input);
    const range = { prefix: belongingTo(id.name), limit: size + 1, ...(after === undefined ? {} : { after }) };
    const stored = await parts.functions.scan(id, provisionedConcurrency, range);
    const { page, nextMarker } = cutPage(stored, size, ({ key }) => key);
    const ProvisionedConcurrencyConfigs = page.map(({ record }) => ({
      FunctionArn: formatFunctionArn(id, record.qualifier),
      ...provisionedOutput(id, record, parts),
    }));
    return { ProvisionedConcurrencyConfigs, ...nextMarker };
  };
