// SendMessageBatch: up to ten messages in one commit; those that the queue does not take fail alone.
import type { SqsHandler } from "../api.ts";
import { batchTooLong } from "../faults/batches.ts";
import { entryTooLong } from "../faults/messages.ts";
import { limits } from "../limits.ts";
import { acceptEntries, batchAnswer, requireBatch } from "../model/batch.ts";
import { acceptMessage, requireFifoMembers } from "../model/message.ts";
import type { SqsParts } from "../parts.ts";

export const sendMessageBatch =
  ({ queues, rates, ids }: SqsParts): SqsHandler<"SendMessageBatch"> =>
  async ({ QueueUrl, Entries }, context) => {
    const queue = await queues.require(QueueUrl, context);
    rates(queue, "SendMessageBatch");
    requireBatch(Entries, "SendMessageBatchRequestEntry");
    if (queue.isFifo) for (const entry of Entries) requireFifoMembers(queue, entry);
    let bytes = 0;
    const { accepted, failed } = acceptEntries(Entries, (entry) => {
      const message = acceptMessage(queue, entry, { context, ids });
      bytes += message.bytes;
      if (message.bytes > queue.messageBytes) throw entryTooLong(queue.messageBytes);
      return message;
    });
    if (bytes > limits.messageBytes) throw batchTooLong(bytes);
    const sent = await queues.partition(queue).commit(accepted.map(({ value }) => value.operation));
    const successful = accepted.flatMap(({ entry, value }, place) => {
      const one = sent[place];
      return one === undefined ? [] : [{ Id: entry.Id, ...value.answer(one) }];
    });
    return batchAnswer(successful, failed);
  };
