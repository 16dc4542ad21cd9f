// GetQueueUrl: the URL of a queue by its name.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import { queueUrl } from "../model/queue-address.ts";
import type { SqsParts } from "../parts.ts";
import { isAccountId } from "../../../core/context.ts";

export const getQueueUrl =
  ({ queues }: SqsParts): SqsHandler<"GetQueueUrl"> =>
  async ({ QueueName, QueueOwnerAWSAccountId: owner = "" }, context) => {
    const queue = await queues.find({ account: isAccountId(owner) ? owner : context.account, region: context.region, name: QueueName });
    if (queue === undefined) throw queueNotFound();
    return { QueueUrl: queueUrl(queue, context) };
  };
