// What EventBridge does by itself: rules act on their schedules, replays go on, archives forget, and events pass from
// bus to bus. All of it is found in the store, so a restart goes on where the last run ended.
import type { Clock } from "../../core/clock.ts";
import type { Scope } from "../../core/context.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../observe/logger.ts";
import { openLanes } from "../../store/lanes.ts";
import type { Records } from "../../store/records.ts";
import { CommitConflict, type Store } from "../../store/store.ts";
import type { DueTimer } from "../../store/timer.ts";
import { sweepArchive } from "./model/archive-sweep.ts";
import { archiveOfTimer } from "./model/archive.ts";
import { busLanes } from "./model/bus-to-bus.ts";
import { carryOver } from "./model/carry-over.ts";
import { continueReplay } from "./model/replay-step.ts";
import { replayOfTimer } from "./model/replay.ts";
import type { RuleCatalog } from "./model/rule-catalog.ts";
import { ruleOfTimer } from "./model/rule-schedule.ts";
import { fireRule } from "./model/scheduled-rule.ts";
import type { AuthoriseUse } from "../../core/policed-resource.ts";

export interface ClockworkParts {
  readonly store: Store;
  readonly records: Records;
  readonly catalog: RuleCatalog;
  readonly authorise: AuthoriseUse;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

export interface EventsClockwork {
  /** Begins nothing more; resolves when what it was at has ended. */
  stop(): Promise<void>;
}

/** Events that pass from bus to bus at once, of one lane. */
const passing = 16;

export function startEventsClockwork(parts: ClockworkParts): EventsClockwork {
  const { store, records, clock, log } = parts;
  const running = new Set<Promise<void>>();
  let isStopped = false;

  const run = async (scope: Scope, timer: DueTimer): Promise<void> => {
    try {
      await handle(parts, scope, timer);
    } catch (error) {
      // The timer stays, and the store tells of it again.
      if (!(error instanceof CommitConflict)) log.error({ error, timer: timer.name, ...scope }, "event-timer-failed");
    }
  };
  const unlisten: (() => void)[] = [];
  records.onTouch((scope) => {
    const end = records.partition(scope).timers.listen((due) => {
      for (const timer of isStopped ? [] : due) {
        const work = run(scope, timer).finally(() => running.delete(work));
        running.add(work);
      }
    });
    unlisten.push(end);
  });
  // Looking at each touches it.
  const found = records.scopes().then(
    (scopes) => scopes.forEach((scope) => records.partition(scope)),
    (error: unknown) => log.error({ error }, "event-timers-not-found"),
  );
  const lanes = openLanes({
    store,
    prefix: busLanes,
    clock,
    width: () => passing,
    work: (message, lane) => carryOver(parts, message, lane),
    onError: (error, lane) => log.error({ error, lane: lane?.queue }, "event-not-carried-over"),
  });

  return {
    async stop() {
      isStopped = true;
      for (const end of unlisten) end();
      await found;
      await Promise.all([lanes.stop(), ...running]);
    },
  };
}

/** Each does its work and sets or cancels its timer in one commit. */
async function handle(parts: ClockworkParts, scope: Scope, timer: DueTimer): Promise<void> {
  const rule = ruleOfTimer(timer.name);
  if (rule !== undefined) return fireRule(parts, { scope, key: rule, timer });
  const replay = replayOfTimer(timer.name);
  if (replay !== undefined) return continueReplay(parts, { scope, name: replay, timer });
  const archive = archiveOfTimer(timer.name);
  if (archive !== undefined) return sweepArchive(parts, { scope, name: archive, timer });
  throw new Error(`no timer of EventBridge is called ${timer.name}`);
}
