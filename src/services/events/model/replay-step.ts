// One step of a replay: the next page of events to the rules, and how far it has come, in one commit.
import type { Clock } from "../../../core/clock.ts";
import type { Scope } from "../../../core/context.ts";
import type { Ids } from "../../../core/ids.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import type { DueTimer } from "../../../store/timer.ts";
import { consequences } from "./accept.ts";
import { archivedEvents, archives } from "./archive.ts";
import { replayedEvent } from "./event.ts";
import { hasEnded, type ReplayRecord, replays, replayTimer } from "./replay.ts";
import type { RuleCatalog } from "./rule-catalog.ts";

interface Parts {
  readonly records: Records;
  readonly catalog: RuleCatalog;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Events that one commit sends at most. */
const stepEvents = 100;
/** Events outside the span that one step passes over at most. */
const stepReads = 5000;

export async function continueReplay(
  parts: Parts,
  { scope, name, timer }: { readonly scope: Scope; readonly name: string; readonly timer: DueTimer },
): Promise<void> {
  const { records, clock } = parts;
  const done = { kind: "cancel-timer", name: timer.name, expect: timer.revision } as const;
  const stored = await records.get(scope, replays, name);
  if (stored === undefined || hasEnded(stored.record)) return records.commit(scope, [done]);
  const { record, revision } = stored;
  const put = (changed: ReplayRecord): StoreOperation => replays.put(name, changed, revision);
  if (record.state === "CANCELLING") return records.commit(scope, [done, put({ ...record, state: "CANCELLED", endedMs: clock.now() })]);
  const step = await nextStep(parts, scope, record);
  if (step === undefined) return records.commit(scope, [done, put({ ...record, state: "FAILED", stateReason: "The archive was deleted.", endedMs: clock.now() })]);
  const { operations, position, lastEventMs, isLast } = step;
  const moved = { ...record, position, ...(lastEventMs === undefined ? {} : { lastEventMs }) };
  const next: readonly StoreOperation[] = isLast
    ? [put({ ...moved, state: "COMPLETED", endedMs: clock.now() })]
    : [put({ ...moved, state: "RUNNING" }), replayTimer(name, clock.now())];
  return records.commit(scope, [done, ...operations, ...next]);
}

interface Step {
  readonly operations: readonly StoreOperation[];
  readonly position: number;
  readonly lastEventMs: number | undefined;
  readonly isLast: boolean;
}

/** Undefined: the archive is gone. */
async function nextStep({ records, catalog, clock, ids }: Parts, scope: Scope, replay: ReplayRecord): Promise<Step | undefined> {
  const archive = await records.get(scope, archives, replay.archive);
  if (archive === undefined) return undefined;
  const onlyRules = replay.onlyRules.length === 0 ? undefined : new Set(replay.onlyRules);
  const operations: StoreOperation[] = [];
  let { position, lastEventMs } = replay;
  let [sent, read] = [0, 0];
  for await (const { sequence, event } of archivedEvents(records, scope, archive.record, position)) {
    if (sent === stepEvents || read === stepReads) return { operations, position, lastEventMs, isLast: false };
    read += 1;
    position = sequence;
    if (event.timeMs < replay.fromMs || event.timeMs >= replay.toMs) continue;
    const replayed = replayedEvent(event.text, { replay: replay.name, nowMs: clock.now() });
    operations.push(...(await consequences({ catalog, ids }, { event: replayed, bus: replay.bus, scope, onlyRules, isReplayed: true })));
    lastEventMs = event.timeMs;
    sent += 1;
  }
  return { operations, position, lastEventMs, isLast: true };
}
