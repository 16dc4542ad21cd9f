// DeleteMessage: by the handle of its latest receive.
import type { SqsHandler } from "../api.ts";
import { deleteOperation, deleteRefusal } from "../model/settling.ts";
import { openReceipt } from "../model/receipt.ts";
import type { SqsParts } from "../parts.ts";

export const deleteMessage =
  ({ queues, rates }: SqsParts): SqsHandler<"DeleteMessage"> =>
  async ({ QueueUrl, ReceiptHandle }, context) => {
    const queue = await queues.require(QueueUrl, context);
    rates(queue, "DeleteMessage");
    const [result] = await queues.partition(queue).commit([deleteOperation(queue, openReceipt(queue, ReceiptHandle))]);
    const refusal = deleteRefusal(queue, ReceiptHandle, result);
    if (refusal !== undefined) throw refusal;
    return {};
  };
