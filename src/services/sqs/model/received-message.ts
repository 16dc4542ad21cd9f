// A message on its way out, with the attributes that its receiver asks for.
import type { ReceivedMessage } from "../../../store/queue.ts";
import type { SqsInput, SqsOutput } from "../api.ts";
import { unknownAttribute } from "../faults/queues.ts";
import { askedAttributes, digestOfAttributes, shownAttributes } from "./message-attributes.ts";
import { sequenceNumber, type StoredMessage } from "./message.ts";
import type { Queue } from "./queue.ts";
import { sealReceipt } from "./receipt.ts";

type ShownMessage = NonNullable<SqsOutput<"ReceiveMessage">["Messages"]>[number];

/** Each system attribute by its name; undefined where the message has none. */
const systemAttributes: Readonly<Record<string, (message: ReceivedMessage, stored: StoredMessage, queue: Queue) => string | undefined>> = {
  SenderId: (_message, { sender }) => sender,
  SentTimestamp: ({ sentAtMs }) => String(sentAtMs),
  ApproximateReceiveCount: ({ receiveCount }) => String(receiveCount),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAtMs }) => String(firstReceivedAtMs),
  SequenceNumber: ({ sequence }, _stored, { isFifo }) => (isFifo ? sequenceNumber(sequence) : undefined),
  MessageDeduplicationId: (_message, { deduplicationId }) => deduplicationId,
  MessageGroupId: ({ group }, stored) => group ?? stored.group,
  AWSTraceHeader: (_message, { trace }) => trace,
  DeadLetterQueueSourceArn: ({ origin }) => origin,
};

export interface Asked {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

/** Faults: a system attribute that there is not. */
export function askedOf({ AttributeNames, MessageSystemAttributeNames, MessageAttributeNames }: SqsInput<"ReceiveMessage">): Asked {
  // The older list counts where the newer one is not given; awsQuery has one name for both, and decodes it as the older.
  const names: readonly string[] = MessageSystemAttributeNames ?? AttributeNames ?? [];
  const unknown = names.find((name) => name !== "All" && !Object.hasOwn(systemAttributes, name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  return { system: names.includes("All") ? Object.keys(systemAttributes) : names, message: MessageAttributeNames ?? [] };
}

export function shownMessage(queue: Queue, message: ReceivedMessage, asked: Asked): ShownMessage {
  // As acceptMessage put it in.
  const stored = message.value as unknown as StoredMessage;
  const shown: ShownMessage = { MessageId: message.id, ReceiptHandle: sealReceipt(queue, message), MD5OfBody: stored.md5, Body: stored.body };
  if (asked.system.length > 0) {
    const entries = asked.system.flatMap((name) => {
      const value = systemAttributes[name]?.(message, stored, queue);
      return value === undefined ? [] : [[name, value] as const];
    });
    if (entries.length > 0) shown.Attributes = Object.fromEntries(entries);
  }
  if (asked.message.length > 0 && stored.attributes !== undefined) {
    const attributes = askedAttributes(stored.attributes, asked.message);
    const digest = digestOfAttributes(attributes);
    if (digest !== undefined) Object.assign(shown, { MessageAttributes: shownAttributes(attributes), MD5OfMessageAttributes: digest });
  }
  return shown;
}
