// ChangeMessageVisibility: how long from now a received message stays hidden.
import type { SqsHandler } from "../api.ts";
import { changeOperation, changeRefusal } from "../model/settling.ts";
import type { SqsParts } from "../parts.ts";

export const changeMessageVisibility =
  ({ queues, rates, clock }: SqsParts): SqsHandler<"ChangeMessageVisibility"> =>
  async (input, context) => {
    const queue = await queues.require(input.QueueUrl, context);
    rates(queue, "ChangeMessageVisibility");
    const [result] = await queues.partition(queue).commit([changeOperation(queue, input, clock.now())]);
    const refusal = changeRefusal(input.ReceiptHandle, result, queue);
    if (refusal !== undefined) throw refusal;
    return {};
  };
