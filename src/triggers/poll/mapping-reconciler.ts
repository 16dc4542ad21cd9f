// The reconciler of event source mappings: starts, replaces and ends pollers as mappings say, and settles each change once
// that is done. It finds its work in the store, so a restart goes on where the last run ended.
import { type Clock, sleep } from "../../core/clock.ts";
import {
  allMappings,
  eventSourceMappings,
  type EventSourceMappingRecord,
  isChanging,
  type MappingId,
  settleMapping,
} from "../../functions/event-source-mappings.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Pollers } from "./pollers.ts";
import type { ProcessingResults } from "./processing-results.ts";

export interface MappingReconciler {
  /** Takes no more work; resolves when what it was at has ended. */
  stop(): Promise<void>;
}

export interface MappingReconcilerParts {
  readonly functions: FunctionRepository;
  readonly pollers: Pollers;
  readonly results: ProcessingResults;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a change is seen to be running, milliseconds. */
  readonly updateDelayMs: number;
}

export function startMappingReconciler({ functions, pollers, results, clock, log, updateDelayMs }: MappingReconcilerParts): MappingReconciler {
  const stopping = new AbortController();
  /** The last work on each, by UUID; news of a change may come while the one before is settled. */
  const running = new Map<string, Promise<void>>();

  const bringAbout = async (id: MappingId, record: EventSourceMappingRecord | undefined): Promise<void> => {
    if (record !== undefined && isChanging(record)) await sleep(clock, updateDelayMs, stopping.signal);
    if (stopping.signal.aborted) return;
    if (record?.enabled === true && record.state !== "deleting") await pollers.poll(id, record);
    else await pollers.end(id.uuid);
    if (record === undefined || record.state === "deleting") results.forget(id.uuid);
    if (record !== undefined && isChanging(record)) await settleMapping(functions, id);
  };
  const take = (id: MappingId, record: EventSourceMappingRecord | undefined): void => {
    if (stopping.signal.aborted) return;
    const settle = (): Promise<void> =>
      bringAbout(id, record).catch((error: unknown) => {
        // It stays as it is, and the next start finds it.
        if (!stopping.signal.aborted) log.error({ error, uuid: id.uuid }, "mapping-not-settled");
      });
    const work = (running.get(id.uuid) ?? Promise.resolve()).then(settle).finally(() => {
      if (running.get(id.uuid) === work) running.delete(id.uuid);
    });
    running.set(id.uuid, work);
  };

  functions.watchAll(eventSourceMappings, (scope, uuid, record) => take({ scope, uuid }, record));
  const resumed = allMappings(functions).then(
    (all) => all.forEach(({ scope, record }) => take({ scope, uuid: record.uuid }, record)),
    (error: unknown) => log.error({ error }, "mappings-not-read"),
  );

  return {
    async stop() {
      stopping.abort();
      await resumed;
      await Promise.all(running.values());
      await pollers.stop();
    },
  };
}
