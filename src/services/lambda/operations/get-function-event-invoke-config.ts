// GetFunctionEventInvokeConfig: of exactly this qualifier, without a fallback from an alias to its version.
import type { LambdaHandler } from "../api.ts";
import { eventInvokeConfigOutput, locateEventInvokeTarget, requireEventInvokeConfig } from "../model/event-invoke-config.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionEventInvokeConfig =
  (parts: LambdaParts): LambdaHandler<"GetFunctionEventInvokeConfig"> =>
  async (input, context) => {
    const target = locateEventInvokeTarget(input, context);
    const { record } = await requireEventInvokeConfig(target, parts.functions);
    return eventInvokeConfigOutput(target.id, record);
  };
