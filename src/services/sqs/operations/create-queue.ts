// CreateQueue: a new queue, or the one of that name if it is as the caller wants it.
import type { SqsHandler } from "../api.ts";
import { fifoNameMalformed, queueDeletedRecently, queueExists, queueNameMalformed } from "../faults/queues.ts";
import { limits } from "../limits.ts";
import { changedAttributes, differingAttribute } from "../model/attributes.ts";
import { requireDeadLetterTarget } from "../model/dead-letter-target.ts";
import { deletedQueues } from "../model/deleted-queues.ts";
import { isFifoName, isQueueName, queueUrl, type QueueId } from "../model/queue-address.ts";
import type { Attributes } from "../model/queue.ts";
import { checkTags } from "../model/tags.ts";
import type { SqsParts } from "../parts.ts";

export const createQueue =
  (parts: SqsParts): SqsHandler<"CreateQueue"> =>
  async (input, context) => {
    const { queues, clock, ids } = parts;
    const given: Attributes = input.Attributes ?? {};
    requireName(input.QueueName, given);
    const tags = checkTags(input.tags ?? {});
    const id: QueueId = { account: context.account, region: context.region, name: input.QueueName };
    const attributes = changedAttributes({}, given, isFifoName(id.name));
    await queues.change(id, async (existing) => {
      if (existing !== undefined) {
        const differing = differingAttribute(id.name, existing.record.attributes, given);
        if (differing !== undefined) throw queueExists(differing);
        return undefined;
      }
      const deletion = await queues.records.get(id, deletedQueues, id.name);
      const nowMs = clock.now();
      if (deletion !== undefined && nowMs < deletion.record.atMs + limits.settlingMs) throw queueDeletedRecently();
      await requireDeadLetterTarget(id, attributes, queues);
      const record = { id: ids.hex(16), createdAtMs: nowMs, modifiedAtMs: nowMs, attributes, tags };
      return { record, along: deletion === undefined ? [] : [deletedQueues.delete(id.name)] };
    });
    return { QueueUrl: queueUrl(id, context) };
  };

function requireName(name: string, { FifoQueue }: Attributes): void {
  const isFifo = FifoQueue?.toLowerCase() === "true";
  if (isFifo && !(isQueueName(name) && isFifoName(name))) throw fifoNameMalformed();
  if (!isQueueName(name) || (isFifoName(name) && !isFifo)) throw queueNameMalformed();
}
