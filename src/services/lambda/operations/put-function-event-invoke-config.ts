// PutFunctionEventInvokeConfig: replaces all that was set before.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { eventInvokeConfigs, type EventInvokeConfigRecord } from "../../../functions/event-invoke-config.ts";
import type { LambdaHandler } from "../api.ts";
import {
  eventInvokeConfigOutput,
  locateEventInvokeTarget,
  readDestinations,
  requireAnySetting,
  requireEventInvokeOwner,
} from "../model/event-invoke-config.ts";
import type { LambdaParts } from "../parts.ts";

export const putFunctionEventInvokeConfig =
  ({ functions, clock }: LambdaParts): LambdaHandler<"PutFunctionEventInvokeConfig"> =>
  async (input, context) => {
    const target = locateEventInvokeTarget(input, context);
    requireAnySetting(input);
    return commitChange(functions, target.id, async () => {
      const { record, revision } = await requireEventInvokeOwner(target, functions);
      const config: EventInvokeConfigRecord = {
        qualifier: target.qualifier,
        lastModifiedMs: clock.now(),
        maximumRetryAttempts: input.MaximumRetryAttempts,
        maximumEventAgeSeconds: input.MaximumEventAgeInSeconds,
        destinations: await readDestinations(input.DestinationConfig ?? {}, target.id, functions),
      };
      return {
        operations: [putFunction(record, revision), eventInvokeConfigs.put(target.key, config)],
        result: eventInvokeConfigOutput(target.id, config),
      };
    });
  };
