// Acts when schedules are due. All of it is found in the store: what came due while nobody was there acts at the start.
import type { Scope } from "../../core/context.ts";
import type { Logger } from "../../observe/logger.ts";
import { CommitConflict } from "../../store/store.ts";
import type { DueTimer } from "../../store/timer.ts";
import { act } from "./model/act.ts";
import { actTimer, type DueAct, scheduleOfTimer, schedules } from "./model/schedule.ts";
import type { SchedulerParts } from "./parts.ts";

export interface SchedulerClockwork {
  /** Begins nothing more; resolves when what it was at has ended. */
  readonly stop: () => Promise<void>;
}

export function startSchedulerClockwork(parts: SchedulerParts & { readonly log: Logger }): SchedulerClockwork {
  const { records, log } = parts;
  const running = new Set<Promise<void>>();
  let isStopped = false;
  const run = async (scope: Scope, timer: DueTimer): Promise<void> => {
    try {
      await actOn(parts, scope, timer);
    } catch (error) {
      // The timer stays, and the store tells of it again.
      if (!(error instanceof CommitConflict)) log.error({ error, timer: timer.name, ...scope }, "schedule-failed");
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
    (error: unknown) => log.error({ error }, "schedules-not-found"),
  );
  return {
    stop: async () => {
      isStopped = true;
      for (const end of unlisten) end();
      await found;
      await Promise.all(running);
    },
  };
}

/** The act, and the timer of the next or the end of the schedule, in one commit. */
async function actOn({ records, clock, ids }: SchedulerParts, scope: Scope, timer: DueTimer): Promise<void> {
  const done = { kind: "cancel-timer", name: timer.name, expect: timer.revision } as const;
  const stored = await records.get(scope, schedules, scheduleOfTimer(timer.name));
  if (stored === undefined || stored.record.state === "DISABLED") return records.commit(scope, [done]);
  const { record, key, revision } = stored;
  // Written by `actTimer`.
  const { scheduledMs } = timer.value as DueAct;
  const next = actTimer(record, { afterMs: Math.max(scheduledMs, clock.now()), fraction: fractionOf(ids.hex(4)) });
  const ending = next === undefined && record.isDeletedAfter ? [schedules.delete(key, revision)] : [];
  await records.commit(scope, [done, act(record, { scope, ids, scheduledMs }), ...(next === undefined ? ending : [next])]);
}

/** A random part of 1. */
export const fractionOf = (hex: string): number => Number.parseInt(hex, 16) / 16 ** hex.length;
