// SetQueueAttributes: changes those that are given.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import { changedAttributes } from "../model/attributes.ts";
import { requireDeadLetterTarget } from "../model/dead-letter-target.ts";
import type { SqsParts } from "../parts.ts";

export const setQueueAttributes =
  ({ queues, clock }: SqsParts): SqsHandler<"SetQueueAttributes"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, async (queue) => {
      if (queue === undefined) throw queueNotFound();
      const attributes = changedAttributes(queue.record.attributes, input.Attributes, queue.isFifo);
      if (input.Attributes.RedrivePolicy !== undefined) await requireDeadLetterTarget(queue, attributes, queues);
      return { record: { ...queue.record, attributes, modifiedAtMs: clock.now() } };
    });
    return {};
  };
