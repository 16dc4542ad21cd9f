// DeleteEventBus: one that is not there is deleted, too.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { busHasRules, defaultBusStays } from "../faults/buses.ts";
import { buses } from "../model/bus.ts";
import { busArn, defaultBus, locateBus } from "../model/names.ts";
import { rules, rulesOf } from "../model/rule.ts";
import { putTags } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const deleteEventBus =
  ({ records }: EventsParts): EventsHandler<"DeleteEventBus"> =>
  async (input, context) => {
    const { bus } = locateBus(input.Name, context);
    if (bus === defaultBus) throw defaultBusStays();
    return commitChangeOf(records, context, busArn(context, bus), async () => {
      const stored = await records.get(context, buses, bus);
      if (stored === undefined) return { operations: [], result: {} };
      if ((await records.scan(context, rules, { prefix: rulesOf(bus), limit: 1 })).length > 0) throw busHasRules(bus);
      return { operations: [buses.delete(bus, stored.revision), putTags(busArn(context, bus), {})], result: {} };
    });
  };
