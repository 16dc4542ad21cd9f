// Archives: events of a bus, kept in a stream of the store, to be replayed.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import { archiveNotFound } from "../faults/archives.ts";
import type { BusEvent } from "./event.ts";
import { busArn, eventsArn } from "./names.ts";

/** Document `archives/NAME`. */
export interface ArchiveRecord {
  readonly name: string;
  /** Names its stream: one that is made anew begins empty. */
  readonly id: string;
  readonly bus: string;
  readonly pattern: string | undefined;
  readonly description: string | undefined;
  /** 0: for ever. */
  readonly retentionDays: number;
  /** Unix epoch milliseconds. */
  readonly createdMs: number;
}

export const archives = new Collection<ArchiveRecord>("archives");

/** As the stream holds it. */
export interface ArchivedEvent {
  /** Of the event, Unix epoch milliseconds. */
  readonly timeMs: number;
  readonly text: string;
}

export const dayMs = 86_400_000;
const timerPrefix = "archive:";
export const archiveOfTimer = (name: string): string | undefined =>
  name.startsWith(timerPrefix) ? name.slice(timerPrefix.length) : undefined;
/** When it looks next for what is too old. */
export const archiveTimer = (name: string, dueAtMs: number): StoreOperation => ({ kind: "set-timer", name: `${timerPrefix}${name}`, dueAtMs, value: null });

export const archiveStream = ({ id }: ArchiveRecord): string => `archive:${id}`;

export const archived = (archive: ArchiveRecord, { timeMs, text }: BusEvent): StoreOperation => ({
  kind: "append-record",
  stream: archiveStream(archive),
  value: { timeMs, text },
});

/** Fault: there is none. */
export async function requireArchive(records: Records, scope: Scope, name: string): Promise<Stored<ArchiveRecord>> {
  const stored = await records.get(scope, archives, name);
  if (stored === undefined) throw archiveNotFound(name);
  return stored;
}

export interface ArchiveSize {
  readonly events: number;
  readonly bytes: number;
}

/** Records that are read at once. */
const pageRecords = 500;

/** Every event that an archive keeps, in the order in which they came. */
export async function* archivedEvents(records: Records, scope: Scope, archive: ArchiveRecord, from = 0): AsyncGenerator<{ readonly sequence: number; readonly event: ArchivedEvent }> {
  const { streams } = records.partition(scope);
  for (let after = from; ; ) {
    const page = await streams.read(archiveStream(archive), { after, limit: pageRecords });
    for (const { sequence, value } of page) {
      // Written by `archived`, and nothing else writes there.
      yield { sequence, event: value as unknown as ArchivedEvent };
      after = sequence;
    }
    if (page.length < pageRecords) return;
  }
}

export async function sizeOf(records: Records, scope: Scope, archive: ArchiveRecord): Promise<ArchiveSize> {
  let [events, bytes] = [0, 0];
  for await (const { event } of archivedEvents(records, scope, archive)) {
    events += 1;
    bytes += Buffer.byteLength(event.text);
  }
  return { events, bytes };
}

/** As lists show it; DescribeArchive adds to it. */
export const archiveOutput = (scope: Scope, { name, bus, retentionDays, createdMs }: ArchiveRecord, size: ArchiveSize) => ({
  ArchiveName: name,
  EventSourceArn: busArn(scope, bus),
  State: "ENABLED" as const,
  RetentionDays: retentionDays,
  SizeBytes: size.bytes,
  EventCount: size.events,
  CreationTime: new Date(createdMs),
});

export const archiveArn = (scope: Scope, name: string): string => eventsArn(scope, "archive", name);
