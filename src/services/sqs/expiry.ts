// Gives back the room of messages that their queues no longer keep. Nobody can receive them any more: whoever receives or
// counts deletes them first. What is in queues that nobody looks at goes here, once an hour.
import type { Clock, Timer } from "../../core/clock.ts";
import type { QueueCatalog } from "./queue-catalog.ts";

const betweenMs = 3_600_000;

interface ExpiryParts {
  readonly queues: QueueCatalog;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Returns what ends it; resolves when nothing is written any more. */
export function startExpiry({ queues, clock, onError }: ExpiryParts): () => Promise<void> {
  let sweeping = Promise.resolve();
  let timer: Timer;
  let isStopped = false;
  const arm = (): void => {
    timer = clock.after(betweenMs, () => {
      sweeping = sweep().catch(onError);
      arm();
    });
  };
  const sweep = async (): Promise<void> => {
    for (const scope of await queues.records.scopes()) {
      for (const queue of await queues.list(scope)) if (!isStopped) await queues.expire(queue, clock.now());
    }
  };
  arm();
  return async () => {
    isStopped = true;
    timer.cancel();
    await sweeping;
  };
}
