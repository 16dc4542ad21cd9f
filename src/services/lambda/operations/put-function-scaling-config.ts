// PutFunctionScalingConfig: refused by name for functions with a capacity provider, and as AWS does for those without.
import type { LambdaHandler } from "../api.ts";
import { settingNotApplied } from "../faults/settings.ts";
import { requireOnCapacityProvider } from "../model/function-scaling.ts";
import type { LambdaParts } from "../parts.ts";

export const putFunctionScalingConfig =
  ({ functions }: LambdaParts): LambdaHandler<"PutFunctionScalingConfig"> =>
  async (input, context) => {
    await requireOnCapacityProvider(input, context, functions);
    throw settingNotApplied("FunctionScalingConfig", "environments are started when invokes need them, and ended when they are idle.");
  };
