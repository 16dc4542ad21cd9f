// ListArchives: in order of names, of one bus or of all.
import type { EventsHandler } from "../api.ts";
import { type ArchiveRecord, archiveOutput, archives, sizeOf } from "../model/archive.ts";
import { requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import type { EventsParts } from "../parts.ts";

export const listArchives =
  ({ records }: EventsParts): EventsHandler<"ListArchives"> =>
  async (input, context) => {
    const { EventSourceArn, NamePrefix = "", State } = input;
    const bus = EventSourceArn === undefined ? undefined : locateBus(EventSourceArn, context).bus;
    if (bus !== undefined) await requireBus(records, context, bus);
    const keep = (record: ArchiveRecord): boolean => (bus === undefined || record.bus === bus) && (State ?? "ENABLED") === "ENABLED";
    const { items, next } = await listRecords(records, context, archives, { ...input, prefix: NamePrefix, keep });
    const sizes = await Promise.all(items.map(({ record }) => sizeOf(records, context, record)));
    return { ...next, Archives: items.map(({ record }, place) => archiveOutput(context, record, sizes[place] ?? { events: 0, bytes: 0 })) };
  };
