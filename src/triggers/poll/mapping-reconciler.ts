// The reconciler of event source mappings: whatever change was asked for and is not settled yet is settled. It finds its
// work in the store, so a restart goes on where the last run ended. Starting and stopping a poller comes before that, as
// soon as there are pollers.
import { type Clock, sleep } from "../../core/clock.ts";
import {
  eventSourceMappings,
  isChanging,
  type MappingId,
  pendingMappings,
  settleMapping,
} from "../../functions/event-source-mappings.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import type { Logger } from "../../observe/logger.ts";

export interface MappingReconciler {
  /** Takes no more work; resolves when what it was at has ended. */
  stop(): Promise<void>;
}

export interface MappingReconcilerParts {
  readonly functions: FunctionRepository;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a change is seen to be running, milliseconds. */
  readonly updateDelayMs: number;
}

export function startMappingReconciler({ functions, clock, log, updateDelayMs }: MappingReconcilerParts): MappingReconciler {
  const stopping = new AbortController();
  /** The last work on each, by UUID; news of a change may come while the one before is settled. */
  const running = new Map<string, Promise<void>>();

  const settle = async (id: MappingId): Promise<void> => {
    try {
      await sleep(clock, updateDelayMs, stopping.signal);
      await settleMapping(functions, id);
    } catch (error) {
      // It stays as it is, and the next start finds it.
      if (!stopping.signal.aborted) log.error({ error, uuid: id.uuid }, "mapping-not-settled");
    }
  };
  const take = (id: MappingId): void => {
    if (stopping.signal.aborted) return;
    const work = (running.get(id.uuid) ?? Promise.resolve()).then(() => settle(id)).finally(() => {
      if (running.get(id.uuid) === work) running.delete(id.uuid);
    });
    running.set(id.uuid, work);
  };

  functions.watchAll(eventSourceMappings, (scope, uuid, record) => {
    if (record !== undefined && isChanging(record)) take({ scope, uuid });
  });
  const resumed = pendingMappings(functions).then(
    (left) => left.forEach(take),
    (error: unknown) => log.error({ error }, "pending-mappings-not-read"),
  );

  return {
    async stop() {
      stopping.abort();
      await resumed;
      await Promise.all(running.values());
    },
  };
}
