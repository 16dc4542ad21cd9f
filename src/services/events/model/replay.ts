// Replays: what an archive keeps of a span of time, sent again to the rules of its bus. A replay goes on by a timer of
// the store, a page of events each commit, so that a restart goes on where it was.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import { replayNotFound } from "../faults/archives.ts";
import { archiveArn } from "./archive.ts";
import { busArn, eventsArn } from "./names.ts";

export type ReplayState = "STARTING" | "RUNNING" | "CANCELLING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** Document `replays/NAME`. */
export interface ReplayRecord {
  readonly name: string;
  readonly description: string | undefined;
  readonly state: ReplayState;
  readonly stateReason?: string;
  readonly archive: string;
  readonly bus: string;
  /** ARNs of rules; none: all. */
  readonly onlyRules: readonly string[];
  /** Span of the events' times, Unix epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly startedMs: number;
  readonly endedMs?: number;
  /** Of the last event that was sent. */
  readonly lastEventMs?: number;
  /** Place in the archive's stream up to which it has come. */
  readonly position: number;
}

export const replays = new Collection<ReplayRecord>("replays");

const timerPrefix = "replay:";
export const replayOfTimer = (name: string): string | undefined =>
  name.startsWith(timerPrefix) ? name.slice(timerPrefix.length) : undefined;
export const replayTimer = (name: string, dueAtMs: number): StoreOperation => ({ kind: "set-timer", name: `${timerPrefix}${name}`, dueAtMs, value: null });

const ended: ReadonlySet<ReplayState> = new Set(["COMPLETED", "CANCELLED", "FAILED"]);
export const hasEnded = ({ state }: ReplayRecord): boolean => ended.has(state);

/** Fault: there is none. */
export async function requireReplay(records: Records, scope: Scope, name: string): Promise<Stored<ReplayRecord>> {
  const stored = await records.get(scope, replays, name);
  if (stored === undefined) throw replayNotFound(name);
  return stored;
}

export const replayArn = (scope: Scope, name: string): string => eventsArn(scope, "replay", name);

/** As lists show it. */
export const replayOutput = (scope: Scope, { name, archive, state, stateReason, fromMs, toMs, lastEventMs, startedMs, endedMs }: ReplayRecord) => ({
  ReplayName: name,
  EventSourceArn: archiveArn(scope, archive),
  State: state,
  StateReason: stateReason,
  EventStartTime: new Date(fromMs),
  EventEndTime: new Date(toMs),
  ReplayStartTime: new Date(startedMs),
  ...(lastEventMs === undefined ? {} : { EventLastReplayedTime: new Date(lastEventMs) }),
  ...(endedMs === undefined ? {} : { ReplayEndTime: new Date(endedMs) }),
});

/** DescribeReplay's. */
export const wholeReplayOutput = (scope: Scope, replay: ReplayRecord) => ({
  ...replayOutput(scope, replay),
  ReplayArn: replayArn(scope, replay.name),
  Description: replay.description,
  Destination: {
    Arn: busArn(scope, replay.bus),
    ...(replay.onlyRules.length === 0 ? {} : { FilterArns: [...replay.onlyRules] }),
  },
});
