// TagQueue: adds tags and replaces those of the same key.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import { checkTags } from "../model/tags.ts";
import type { SqsParts } from "../parts.ts";

export const tagQueue =
  ({ queues }: SqsParts): SqsHandler<"TagQueue"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, (queue) => {
      if (queue === undefined) throw queueNotFound();
      return { record: { ...queue.record, tags: checkTags({ ...queue.record.tags, ...input.Tags }) } };
    });
    return {};
  };
