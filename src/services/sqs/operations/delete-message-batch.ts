// DeleteMessageBatch: up to ten in one commit.
import type { SqsHandler } from "../api.ts";
import { acceptEntries, batchAnswer, requireBatch, settleEntries } from "../model/batch.ts";
import { openReceipt } from "../model/receipt.ts";
import { deleteOperation, deleteRefusal } from "../model/settling.ts";
import type { SqsParts } from "../parts.ts";

export const deleteMessageBatch =
  ({ queues, rates }: SqsParts): SqsHandler<"DeleteMessageBatch"> =>
  async ({ QueueUrl, Entries }, context) => {
    const queue = await queues.require(QueueUrl, context);
    rates(queue, "DeleteMessageBatch");
    requireBatch(Entries, "DeleteMessageBatchRequestEntry");
    const { accepted, failed } = acceptEntries(Entries, (entry) => deleteOperation(queue, openReceipt(queue, entry.ReceiptHandle)));
    const results = await queues.partition(queue).commit(accepted.map(({ value }) => value));
    const settled = settleEntries(accepted, results, ({ entry }) => entry.Id, ({ entry }, result) => deleteRefusal(queue, entry.ReceiptHandle, result));
    return batchAnswer(settled.successful, [...failed, ...settled.failed]);
  };
