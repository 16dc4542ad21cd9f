// DeleteFunctionEventInvokeConfig.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { eventInvokeConfigs } from "../../../functions/event-invoke-config.ts";
import type { LambdaHandler } from "../api.ts";
import {
  locateEventInvokeTarget,
  requireEventInvokeConfig,
  requireEventInvokeOwner,
} from "../model/event-invoke-config.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteFunctionEventInvokeConfig =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteFunctionEventInvokeConfig"> =>
  async (input, context) => {
    const target = locateEventInvokeTarget(input, context);
    return commitChange(functions, target.id, async () => {
      const stored = await requireEventInvokeConfig(target, functions);
      const { record, revision } = await requireEventInvokeOwner(target, functions);
      return {
        operations: [putFunction(record, revision), eventInvokeConfigs.delete(target.key, stored.revision)],
        result: {},
      };
    });
  };
