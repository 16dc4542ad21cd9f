// DeleteQueue: the queue and all its messages.
import type { SqsHandler } from "../api.ts";
import { deletedQueues } from "../model/deleted-queues.ts";
import type { SqsParts } from "../parts.ts";

export const deleteQueue =
  ({ queues, clock }: SqsParts): SqsHandler<"DeleteQueue"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.delete(id, [deletedQueues.put(id.name, { atMs: clock.now() })]);
    return {};
  };
