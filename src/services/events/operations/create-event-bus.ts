// CreateEventBus: a bus of one's own beside the default one.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { limitExceeded, notApplied } from "../faults/base.ts";
import { busExists, partnerBusName } from "../faults/buses.ts";
import { limits } from "../limits.ts";
import { buses } from "../model/bus.ts";
import { busArn, defaultBus } from "../model/names.ts";
import { putTags, tagMap } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const createEventBus =
  ({ records, clock }: EventsParts): EventsHandler<"CreateEventBus"> =>
  async (input, context) => {
    const { Name: name, Description: description, DeadLetterConfig, Tags } = input;
    if (name.includes("/") || input.EventSourceName !== undefined) throw partnerBusName();
    if (input.KmsKeyIdentifier !== undefined && input.KmsKeyIdentifier !== "") throw notApplied("KmsKeyIdentifier", "events are not encrypted with keys of your own.");
    if ((input.LogConfig?.Level ?? "OFF") !== "OFF") throw notApplied("LogConfig", "buses write no logs of their own.");
    const arn = busArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const all = await records.scan(context, buses);
      if (name === defaultBus || all.some(({ key }) => key === name)) throw busExists(name);
      if (all.length >= limits.buses) throw limitExceeded();
      const nowMs = clock.now();
      const record = { name, description, deadLetterArn: DeadLetterConfig?.Arn, createdMs: nowMs, modifiedMs: nowMs };
      return {
        operations: [buses.put(name, record, "absent"), putTags(arn, tagMap(Tags))],
        result: { EventBusArn: arn, Description: description, DeadLetterConfig },
      };
    });
  };
