// UpdateEventBus: description and dead-letter queue; what is left out is taken away.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { notApplied } from "../faults/base.ts";
import { buses, requireBus } from "../model/bus.ts";
import { busArn, defaultBus } from "../model/names.ts";
import type { EventsParts } from "../parts.ts";

export const updateEventBus =
  ({ records, clock }: EventsParts): EventsHandler<"UpdateEventBus"> =>
  async (input, context) => {
    const { Name: name = defaultBus, Description: description, DeadLetterConfig } = input;
    if (input.KmsKeyIdentifier !== undefined && input.KmsKeyIdentifier !== "") throw notApplied("KmsKeyIdentifier", "events are not encrypted with keys of your own.");
    if ((input.LogConfig?.Level ?? "OFF") !== "OFF") throw notApplied("LogConfig", "buses write no logs of their own.");
    const arn = busArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const { record, revision } = await requireBus(records, context, name);
      const changed = { ...record, description, deadLetterArn: DeadLetterConfig?.Arn, modifiedMs: clock.now() };
      return {
        operations: [buses.put(name, changed, revision)],
        result: { Arn: arn, Name: name, Description: description, DeadLetterConfig },
      };
    });
  };
