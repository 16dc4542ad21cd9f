// PurgeQueue: all messages of a queue, those in flight and the memory of duplicates included.
import type { SqsHandler } from "../api.ts";
import { purgeInProgress, queueNotFound } from "../faults/queues.ts";
import { limits } from "../limits.ts";
import type { SqsParts } from "../parts.ts";

export const purgeQueue =
  ({ queues, clock }: SqsParts): SqsHandler<"PurgeQueue"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, (queue) => {
      if (queue === undefined) throw queueNotFound();
      const nowMs = clock.now();
      const { purgedAtMs } = queue.record;
      if (purgedAtMs !== undefined && nowMs < purgedAtMs + limits.settlingMs) throw purgeInProgress(queue.name);
      return { record: { ...queue.record, purgedAtMs: nowMs }, along: [{ kind: "purge-queue", queue: queue.messages }] };
    });
    return {};
  };
