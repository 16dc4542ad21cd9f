// ListQueueTags.
import type { SqsHandler } from "../api.ts";
import type { SqsParts } from "../parts.ts";

export const listQueueTags =
  ({ queues }: SqsParts): SqsHandler<"ListQueueTags"> =>
  async (input, context) => {
    const { tags } = (await queues.require(input.QueueUrl, context)).record;
    return { Tags: Object.keys(tags).length === 0 ? undefined : { ...tags } };
  };
