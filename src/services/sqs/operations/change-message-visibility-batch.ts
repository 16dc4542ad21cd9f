// ChangeMessageVisibilityBatch: up to ten in one commit.
import type { SqsHandler } from "../api.ts";
import { acceptEntries, batchAnswer, requireBatch, settleEntries } from "../model/batch.ts";
import { changeOperation, changeRefusal } from "../model/settling.ts";
import type { SqsParts } from "../parts.ts";

export const changeMessageVisibilityBatch =
  ({ queues, rates, clock }: SqsParts): SqsHandler<"ChangeMessageVisibilityBatch"> =>
  async ({ QueueUrl, Entries }, context) => {
    const queue = await queues.require(QueueUrl, context);
    rates(queue, "ChangeMessageVisibilityBatch");
    requireBatch(Entries, "ChangeMessageVisibilityBatchRequestEntry");
    const { accepted, failed } = acceptEntries(Entries, (entry) => changeOperation(queue, entry, clock.now()));
    const results = await queues.partition(queue).commit(accepted.map(({ value }) => value));
    const settled = settleEntries(accepted, results, ({ entry }) => entry.Id, ({ entry }, result) => changeRefusal(entry.ReceiptHandle, result, queue));
    return batchAnswer(settled.successful, [...failed, ...settled.failed]);
  };
