// ListDeadLetterSourceQueues: whose dead letters a queue takes.
import type { SqsHandler } from "../api.ts";
import { pageOf } from "../model/paging.ts";
import { queueArn, queueUrl } from "../model/queue-address.ts";
import type { SqsParts } from "../parts.ts";

export const listDeadLetterSourceQueues =
  ({ queues }: SqsParts): SqsHandler<"ListDeadLetterSourceQueues"> =>
  async ({ QueueUrl, ...page }, context) => {
    const target = await queues.require(QueueUrl, context);
    const sources = (await queues.list(target)).filter(({ redrive }) => redrive !== undefined && queueArn(redrive.target) === target.arn);
    const { items, NextToken } = pageOf(sources, page);
    return { queueUrls: items.map((queue) => queueUrl(queue, context)), NextToken };
  };
