// UpdateFunctionEventInvokeConfig: replaces what was sent, DestinationConfig as a whole.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { eventInvokeConfigs, type EventInvokeConfigRecord } from "../../../functions/event-invoke-config.ts";
import type { LambdaHandler } from "../api.ts";
import {
  eventInvokeConfigOutput,
  locateEventInvokeTarget,
  readDestinations,
  requireAnySetting,
  requireEventInvokeConfig,
  requireEventInvokeOwner,
} from "../model/event-invoke-config.ts";
import type { LambdaParts } from "../parts.ts";

export const updateFunctionEventInvokeConfig =
  ({ functions, clock }: LambdaParts): LambdaHandler<"UpdateFunctionEventInvokeConfig"> =>
  async (input, context) => {
    const target = locateEventInvokeTarget(input, context);
    requireAnySetting(input);
    return commitChange(functions, target.id, async () => {
      const { record, revision } = await requireEventInvokeOwner(target, functions);
      const { record: current } = await requireEventInvokeConfig(target, functions);
      const { DestinationConfig } = input;
      const config: EventInvokeConfigRecord = {
        qualifier: target.qualifier,
        lastModifiedMs: clock.now(),
        maximumRetryAttempts: input.MaximumRetryAttempts ?? current.maximumRetryAttempts,
        maximumEventAgeSeconds: input.MaximumEventAgeInSeconds ?? current.maximumEventAgeSeconds,
        destinations:
          DestinationConfig === undefined
            ? current.destinations
            : await readDestinations(DestinationConfig, target.id, functions),
      };
      return {
        operations: [putFunction(record, revision), eventInvokeConfigs.put(target.key, config)],
        result: eventInvokeConfigOutput(target.id, config),
      };
    });
  };
