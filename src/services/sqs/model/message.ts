// A message on its way in: what a caller sends becomes an operation of the store, and its outcome the answer.
import { hash } from "node:crypto";
import type { CallContext } from "../../../core/context.ts";
import type { Ids } from "../../../core/ids.ts";
import { callerUserId } from "../../../core/principal-names.ts";
import type { Json } from "../../../store/json.ts";
import type { QueueOperation, SentMessage } from "../../../store/queue.ts";
import { missingParameter } from "../faults/base.ts";
import { deduplicationMissing, groupMissing, invalidDelay, malformedId, notForThisQueueType } from "../faults/messages.ts";
import { limits } from "../limits.ts";
import { acceptAttributes, acceptSystemAttributes, digestOfAttributes, type GivenAttributes, type StoredAttributes } from "./message-attributes.ts";
import { requireMessageCharacters } from "./message-text.ts";
import type { Queue } from "./queue.ts";

/** Members that SendMessage and an entry of SendMessageBatch have in common. */
export interface GivenMessage {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: GivenAttributes | undefined;
  readonly MessageSystemAttributes?: GivenAttributes | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

/** What the store keeps of a message beside its own columns. */
export interface StoredMessage {
  readonly body: string;
  readonly md5: string;
  readonly sender: string;
  readonly attributes?: StoredAttributes;
  readonly trace?: string;
  /** Of a message of a standard queue; on FIFO queues the store knows it. */
  readonly group?: string;
  readonly deduplicationId?: string;
}

type SendOperation = Extract<QueueOperation, { readonly kind: "send-message" }>;

export interface AcceptedMessage {
  readonly operation: SendOperation;
  /** Body and attributes; system attributes are free. */
  readonly bytes: number;
  /** The answer of SendMessage, and of an entry of a batch. */
  answer(sent: SentMessage): SentAnswer;
}

export interface SentAnswer {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
  readonly SequenceNumber?: string;
}

/** Twenty digits, as AWS's have; as texts they order as the numbers do. */
export const sequenceNumber = (sequence: number): string => `1${String(sequence).padStart(19, "0")}`;

/** Faults: what this queue does not take, but for its size, which single messages and batches refuse each in words of their own. */
export function acceptMessage(queue: Queue, given: GivenMessage, { context, ids }: { readonly context: CallContext; readonly ids: Ids }): AcceptedMessage {
  const { MessageBody: body, MessageAttributes, MessageSystemAttributes } = given;
  if (body === "") throw missingParameter("MessageBody");
  requireMessageCharacters(body);
  const attributes = MessageAttributes === undefined ? undefined : acceptAttributes(MessageAttributes);
  const systemTrace = MessageSystemAttributes === undefined ? undefined : acceptSystemAttributes(MessageSystemAttributes);
  const bytes = Buffer.byteLength(body) + (attributes?.bytes ?? 0);
  const md5 = hash("md5", body, "hex");
  const { ordering, deduplicationId } = queue.isFifo ? fifoOrdering(queue, given) : standardOrdering(given);
  const trace = systemTrace ?? context.trace;
  const group = queue.isFifo ? undefined : given.MessageGroupId;
  const value: StoredMessage = {
    body,
    md5,
    sender: callerUserId(context),
    ...(attributes === undefined ? {} : { attributes: attributes.stored }),
    ...(trace === undefined ? {} : { trace }),
    ...(group === undefined ? {} : { group }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
  };
  const attributesMd5 = attributes && digestOfAttributes(attributes.stored);
  const systemMd5 = systemTrace === undefined ? undefined : digestOfAttributes({ AWSTraceHeader: { type: "String", text: systemTrace } });
  return {
    bytes,
    // Plain JSON, as its members are.
    operation: { kind: "send-message", queue: queue.messages, id: ids.uuid(), value: value as unknown as Json, delayMs: delayMs(queue, given), ...ordering },
    answer: ({ id, sequence }) => ({
      MessageId: id,
      MD5OfMessageBody: md5,
      ...(attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: attributesMd5 }),
      ...(systemMd5 === undefined ? {} : { MD5OfMessageSystemAttributes: systemMd5 }),
      ...(queue.isFifo ? { SequenceNumber: sequenceNumber(sequence) } : {}),
    }),
  };
}

function delayMs(queue: Queue, { DelaySeconds: seconds }: GivenMessage): number {
  if (seconds === undefined) return queue.delayMs;
  if (!(seconds >= 0 && seconds <= limits.delaySeconds)) throw invalidDelay(seconds);
  if (!queue.isFifo) return seconds * 1000;
  if (seconds > 0) throw notForThisQueueType(seconds, "DelaySeconds");
  return queue.delayMs;
}

interface Ordered {
  readonly ordering: Pick<SendOperation, "group" | "deduplication">;
  readonly deduplicationId: string | undefined;
}

// Fair queues: the group says whose message it is; it orders nothing.
function standardOrdering({ MessageGroupId, MessageDeduplicationId }: GivenMessage): Ordered {
  if (MessageDeduplicationId !== undefined) throw notForThisQueueType(MessageDeduplicationId, "MessageDeduplicationId");
  if (MessageGroupId !== undefined) requireId(MessageGroupId, "MessageGroupId");
  return { ordering: {}, deduplicationId: undefined };
}

function fifoOrdering(queue: Queue, given: GivenMessage): Ordered {
  const { MessageGroupId: group, MessageDeduplicationId: explicit } = requireFifoMembers(queue, given);
  const deduplicationId = explicit ?? hash("sha256", given.MessageBody, "hex");
  // Neither has blanks: an id of a group is none of the queue's.
  const id = queue.isGroupDeduplicated ? `${group} ${deduplicationId}` : deduplicationId;
  return { ordering: { group, deduplication: { id, windowMs: limits.deduplicationMs } }, deduplicationId };
}

/** Faults: no group, or nothing to tell duplicates by. In a batch they are those of the whole. */
export function requireFifoMembers(queue: Queue, { MessageGroupId, MessageDeduplicationId }: GivenMessage) {
  if (MessageGroupId === undefined) throw groupMissing();
  requireId(MessageGroupId, "MessageGroupId");
  if (MessageDeduplicationId !== undefined) requireId(MessageDeduplicationId, "MessageDeduplicationId");
  else if (!queue.isContentDeduplicated) throw deduplicationMissing();
  return { MessageGroupId, MessageDeduplicationId };
}

/** Letters, digits and punctuation of ASCII. */
const idPattern = /^[!-~]{1,128}$/;

export function requireId(value: string, parameter: string): void {
  if (!idPattern.test(value)) throw malformedId(value, parameter);
}
