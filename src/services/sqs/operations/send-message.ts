// SendMessage: one message, on disk before the answer.
import type { SqsHandler } from "../api.ts";
import { messageTooLong } from "../faults/messages.ts";
import { acceptMessage } from "../model/message.ts";
import type { SqsParts } from "../parts.ts";

export const sendMessage =
  ({ queues, rates, ids }: SqsParts): SqsHandler<"SendMessage"> =>
  async (input, context) => {
    const queue = await queues.require(input.QueueUrl, context);
    rates(queue, "SendMessage");
    const message = acceptMessage(queue, input, { context, ids });
    if (message.bytes > queue.messageBytes) throw messageTooLong(queue.messageBytes);
    const [sent] = await queues.partition(queue).commit([message.operation]);
    return message.answer(sent);
  };
