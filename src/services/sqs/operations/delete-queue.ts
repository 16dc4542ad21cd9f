// DeleteQueue: the queue and all its messages.
import type { SqsHandler } from "../api.ts";
import { deletedQueues } from "../model/deleted-queues.ts";
import type { SqsParts } from "../parts.ts";

export const deleteQueue =
  ({ queues, clock }: SqsParts): SqsHandler<"DeleteQueue"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, (queue) =>
      queue === undefined
        ? undefined
        : { record: undefined, along: [{ kind: "purge-queue", queue: queue.messages }, deletedQueues.remember(id.name, clock.now())] },
    );
    return {};
  };
