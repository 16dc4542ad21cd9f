// Where a queue's dead letters go: whether they may, and the rule by which the store moves them.
import type { DeadLetterRule } from "../../../store/queue.ts";
import { invalidRedrive } from "../faults/queues.ts";
import type { QueueCatalog } from "../queue-catalog.ts";
import { isFifoName, queueArn, type QueueId } from "./queue-address.ts";
import type { Attributes, Queue } from "./queue.ts";
import { allowsSource, parseRedriveAllowPolicy, parseRedrivePolicy } from "./redrive.ts";

/** Faults: a target of another account, region or type, one that is not there, or one that takes no dead letters of this queue. */
export async function requireDeadLetterTarget(source: QueueId, attributes: Attributes, queues: QueueCatalog): Promise<void> {
  const text = attributes["RedrivePolicy"];
  if (text === undefined) return;
  const { target } = parseRedrivePolicy(text);
  const isElsewhere = target.account !== source.account || target.region !== source.region;
  const queue = isElsewhere ? undefined : await queues.find(target);
  if (queue === undefined) throw invalidRedrive(text, "Dead letter target does not exist.");
  // AWS's texts of these are not recorded.
  if (queue.name === source.name) throw invalidRedrive(text, "The dead letter target of a queue cannot be the queue itself.");
  if (queue.isFifo !== isFifoName(source.name)) throw invalidRedrive(text, "Dead-letter queue must be same type of queue as the source.");
  const allow = queue.record.attributes["RedriveAllowPolicy"];
  if (allow !== undefined && !allowsSource(parseRedriveAllowPolicy(allow), queueArn(source))) {
    throw invalidRedrive(text, "The dead letter target does not allow this queue as a source.");
  }
}

/** Undefined: messages come as often as they will, also when the target is gone. */
export function deadLetterRule(queue: Queue, queues: QueueCatalog): DeadLetterRule | undefined | Promise<DeadLetterRule | undefined> {
  const { redrive } = queue;
  if (redrive === undefined) return undefined;
  const rule = (target: Queue | undefined): DeadLetterRule | undefined =>
    target && { queue: target.messages, afterReceives: redrive.mostReceives, origin: queue.arn };
  const finding = queues.find(redrive.target);
  return finding instanceof Promise ? finding.then(rule) : rule(finding);
}
