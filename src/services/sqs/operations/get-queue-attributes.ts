// GetQueueAttributes: what is set, what is by default, and how much is in the queue.
import type { SqsHandler } from "../api.ts";
import { requireAttributeNames } from "../model/attributes.ts";
import { currentAttributes, type Queue } from "../model/queue.ts";
import type { SqsParts } from "../parts.ts";
import type { QueueCatalog } from "../queue-catalog.ts";

export const getQueueAttributes =
  ({ queues, clock }: SqsParts): SqsHandler<"GetQueueAttributes"> =>
  async (input, context) => {
    const queue = await queues.require(input.QueueUrl, context);
    const names: readonly string[] = input.AttributeNames ?? [];
    requireAttributeNames(names);
    const isAsked = (name: string): boolean => names.includes("All") || names.includes(name);
    const all: Readonly<Record<string, string>> = {
      QueueArn: queue.arn,
      ...(["", "NotVisible", "Delayed"].some((suffix) => isAsked(`ApproximateNumberOfMessages${suffix}`)) ? await countsOf(queue, queues, clock.now()) : {}),
      CreatedTimestamp: seconds(queue.record.createdAtMs),
      LastModifiedTimestamp: seconds(queue.record.modifiedAtMs),
      ...currentAttributes(queue.name, queue.record.attributes),
    };
    const asked = Object.entries(all).filter(([name]) => isAsked(name));
    return { Attributes: asked.length === 0 ? undefined : Object.fromEntries(asked) };
  };

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

/** Without what is too old: nobody may receive that any more. */
async function countsOf(queue: Queue, queues: QueueCatalog, nowMs: number): Promise<Readonly<Record<string, string>>> {
  const partition = queues.partition(queue);
  await queues.expire(queue, nowMs);
  const { visible, inFlight, delayed } = await partition.queues.counts(queue.messages);
  return {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}
