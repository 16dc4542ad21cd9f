// GetFunctionConfiguration: a function, version or what an alias points to.
import { locateFunction } from "../../../functions/address.ts";
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { foundOutput } from "../model/function-output.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionConfiguration =
  (parts: LambdaParts): LambdaHandler<"GetFunctionConfiguration"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    return foundOutput(parts, id, await requireQualified(parts.functions, id, qualifier), qualifier);
  };
