// GetFunctionUrlConfig.
import type { LambdaHandler } from "../api.ts";
import { functionUrlOutput, locateUrlTarget, requireUrl } from "../model/function-url.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionUrlConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetFunctionUrlConfig"> =>
  async (input, context) => {
    const target = locateUrlTarget(input, context);
    const { record } = await requireUrl(target, functions);
    return functionUrlOutput(target.id, record, context);
  };
