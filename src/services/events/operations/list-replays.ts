// ListReplays: in order of names, those of one archive or in one state, or all.
import type { EventsHandler } from "../api.ts";
import { parseEventsArn } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import { type ReplayRecord, replayOutput, replays } from "../model/replay.ts";
import type { EventsParts } from "../parts.ts";

export const listReplays =
  ({ records }: EventsParts): EventsHandler<"ListReplays"> =>
  async (input, context) => {
    const { EventSourceArn, NamePrefix = "", State } = input;
    const archive = EventSourceArn === undefined ? undefined : (parseEventsArn(EventSourceArn)?.resource ?? EventSourceArn);
    const keep = (record: ReplayRecord): boolean => (archive === undefined || record.archive === archive) && (State === undefined || record.state === State);
    const { items, next } = await listRecords(records, context, replays, { ...input, prefix: NamePrefix, keep });
    return { ...next, Replays: items.map(({ record }) => replayOutput(context, record)) };
  };
