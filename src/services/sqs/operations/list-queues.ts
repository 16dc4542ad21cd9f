// ListQueues: URLs of the account's queues in the region.
import type { SqsHandler } from "../api.ts";
import { pageOf } from "../model/paging.ts";
import { queueUrl } from "../model/queue-address.ts";
import type { SqsParts } from "../parts.ts";

export const listQueues =
  ({ queues }: SqsParts): SqsHandler<"ListQueues"> =>
  async ({ QueueNamePrefix: prefix = "", ...page }, context) => {
    const all = await queues.list(context);
    const { items, NextToken } = pageOf(all.filter(({ name }) => name.startsWith(prefix)), page);
    return { QueueUrls: items.length === 0 ? undefined : items.map((queue) => queueUrl(queue, context)), NextToken };
  };
