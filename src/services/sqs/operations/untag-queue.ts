// UntagQueue: keys that no tag has are no fault.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import type { SqsParts } from "../parts.ts";

export const untagQueue =
  ({ queues }: SqsParts): SqsHandler<"UntagQueue"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, (queue) => {
      if (queue === undefined) throw queueNotFound();
      const tags = Object.fromEntries(Object.entries(queue.record.tags).filter(([key]) => !input.TagKeys.includes(key)));
      return { record: { ...queue.record, tags } };
    });
    return {};
  };
