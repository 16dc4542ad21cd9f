// GetFunctionConcurrency: an empty answer where nothing is reserved.
import { reservedConcurrency, reservedKey } from "../../../functions/concurrency.ts";
import type { LambdaHandler } from "../api.ts";
import { locateUnqualified, requireLatest } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionConcurrency =
  (parts: LambdaParts): LambdaHandler<"GetFunctionConcurrency"> =>
  async (input, context) => {
    const id = locateUnqualified(input, context);
    await requireLatest(parts.functions, id);
    const reserved = await parts.functions.get(id, reservedConcurrency, reservedKey(id.name));
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved.record.executions };
  };
