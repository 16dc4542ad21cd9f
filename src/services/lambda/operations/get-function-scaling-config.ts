// GetFunctionScalingConfig: is for functions on capacity providers, and there are none: any that exists is refused as
// AWS refuses one without.
import type { LambdaHandler } from "../api.ts";
import { requireOnCapacityProvider } from "../model/function-scaling.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionScalingConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetFunctionScalingConfig"> =>
  async (input, context) =>
    requireOnCapacityProvider(input, context, functions);
