// GetFunctionScalingConfig: nothing is ever set (put-function-scaling-config.ts).
import type { LambdaHandler } from "../api.ts";
import { requireOnCapacityProvider } from "../model/function-scaling.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionScalingConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetFunctionScalingConfig"> =>
  async (input, context) => ({ FunctionArn: await requireOnCapacityProvider(input, context, functions) });
