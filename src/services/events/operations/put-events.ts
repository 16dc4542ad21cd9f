// PutEvents: each entry by itself is taken or refused. What is taken is with every target's lane, and in the archives,
// when the answer leaves.
import type { CallContext } from "../../../core/context.ts";
import type { EventsHandler } from "../api.ts";
import { endpointsUnknown, tooLarge } from "../faults/events.ts";
import { limits } from "../limits.ts";
import { accept } from "../model/accept.ts";
import { policedBus } from "../model/policed-bus.ts";
import { type BusEvent, entryBytes, isFault, readEntry } from "../model/event.ts";
import { locateBus } from "../model/names.ts";
import type { EventsParts } from "../parts.ts";

export const putEvents =
  (parts: EventsParts): EventsHandler<"PutEvents"> =>
  async (input, context) => {
    const { catalog, clock, ids, authorise } = parts;
    const { Entries: entries } = input;
    if (input.EndpointId !== undefined) throw endpointsUnknown();
    if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > limits.entriesBytes) throw tooLarge();
    const taken: { readonly event: BusEvent; readonly bus: string; readonly context: CallContext }[] = [];
    const results = [];
    for (const entry of entries) {
      const { bus, account, region } = locateBus(entry.EventBusName, context);
      const owner = await authorise(policedBus(catalog, { account, region, bus }), { ...context, region });
      const event = readEntry(entry, { id: ids.uuid(), scope: context, nowMs: clock.now(), trace: context.trace });
      if (!isFault(event)) taken.push({ event, bus, context: owner });
      results.push(isFault(event) ? event : { EventId: event.id });
    }
    await accept(parts, taken);
    return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
  };
