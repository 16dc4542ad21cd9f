// Publishes messages: one commit, after which each is with the lane of every subscriber that wants it. FIFO topics
// number theirs, and know for five minutes what they had already.
import { hash } from "node:crypto";
import type { CallContext, Scope } from "../../../core/context.ts";
import { commitChangeOf } from "../../../store/change.ts";
import { Collection } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { limits } from "../limits.ts";
import type { SnsParts } from "../parts.ts";
import { deliveriesOf } from "./deliveries.ts";
import type { Message } from "./message.ts";
import { isFifoName, topicArn } from "./names.ts";
import type { TopicRecord } from "./topic.ts";

export interface Published {
  readonly MessageId: string;
  readonly SequenceNumber?: string;
}

/** What a FIFO topic has sent: document `sent/TOPIC-ID/HASH`. By its index it is in the order of time. */
interface SentRecord {
  readonly messageId: string;
  readonly sequence: string;
  readonly atMs: number;
}

const sentRecords = new Collection<SentRecord>("sent", ({ atMs }) => ({ age: String(atMs).padStart(16, "0") }));
/** The last number that a FIFO topic gave: document `sequences/TOPIC-ID`. */
const sequences = new Collection<{ readonly last: number }>("sequences");

/** When a topic goes; what it sent is forgotten by its age. */
export const forgetSequence = (topicId: string): StoreOperation => sequences.delete(topicId);

/** Durable when it resolves; in the order given. A message that nobody wants costs no write. */
export async function publish(parts: SnsParts, topic: TopicRecord, messages: readonly Message[], context: CallContext): Promise<readonly Published[]> {
  if (isFifoName(topic.name)) return publishInOrder(parts, topic, messages, context);
  const operations: StoreOperation[] = [];
  for (const message of messages) operations.push(...(await consequences(parts, { topic, message, sequence: undefined }, context)));
  await parts.records.commit(context, operations);
  return messages.map(({ id }) => ({ MessageId: id }));
}

interface Numbered {
  readonly topic: TopicRecord;
  readonly message: Message;
  readonly sequence: string | undefined;
}

async function consequences({ catalog, ids, signer }: SnsParts, { topic, message, sequence }: Numbered, context: CallContext): Promise<readonly StoreOperation[]> {
  const { account, region, trace, endpoint } = context;
  const scope: Scope = { account, region };
  return deliveriesOf({ scope, topic, message, sequence, trace, endpoint }, await catalog.subscriptionsOf(scope, topic.name), { ids, signer });
}

function publishInOrder(parts: SnsParts, topic: TopicRecord, messages: readonly Message[], context: CallContext): Promise<readonly Published[]> {
  const { records, clock } = parts;
  return commitChangeOf(records, context, topicArn(context, topic.name), async () => {
    const stored = await records.get(context, sequences, topic.id);
    let last = stored?.record.last ?? 0;
    const operations: StoreOperation[] = [];
    const result: Published[] = [];
    /** Of this call. */
    const sentNow = new Map<string, SentRecord>();
    for (const message of messages) {
      const key = sentKey(topic, message);
      const known = sentNow.get(key) ?? (await stillKnown(parts, context, key));
      if (known !== undefined) {
        result.push({ MessageId: known.messageId, SequenceNumber: known.sequence });
        continue;
      }
      const sequence = sequenceText((last += 1));
      const sent: SentRecord = { messageId: message.id, sequence, atMs: message.sentAtMs };
      sentNow.set(key, sent);
      operations.push(sentRecords.put(key, sent), ...(await consequences(parts, { topic, message, sequence }, context)));
      result.push({ MessageId: message.id, SequenceNumber: sequence });
    }
    if (operations.length === 0) return { operations, result };
    const forgotten = await forgettable(parts, context, clock.now(), sentNow);
    return { operations: [...operations, sequences.put(topic.id, { last }, stored?.revision ?? "absent"), ...forgotten], result };
  });
}

/** Undefined: never sent, or longer ago than it counts. */
async function stillKnown({ records, clock }: SnsParts, scope: Scope, key: string): Promise<SentRecord | undefined> {
  const record = (await records.get(scope, sentRecords, key))?.record;
  return record !== undefined && record.atMs > clock.now() - limits.deduplicationMs ? record : undefined;
}

/** What counts no longer, of all topics: each publish clears away more than it adds. */
async function forgettable({ records }: SnsParts, scope: Scope, nowMs: number, kept: ReadonlyMap<string, unknown>): Promise<readonly StoreOperation[]> {
  const oldest = await records.scan(scope, sentRecords, { index: "age", limit: limits.forgottenAtOnce });
  return oldest.filter(({ key, record }) => record.atMs <= nowMs - limits.deduplicationMs && !kept.has(key)).map(({ key }) => sentRecords.delete(key));
}

/** Deduplication is the topic's or, with FifoThroughputScope `MessageGroup`, each group's. */
function sentKey({ id, attributes }: TopicRecord, { group, deduplicationId }: Message): string {
  const scope = attributes["FifoThroughputScope"] === "MessageGroup" ? [group, deduplicationId] : [deduplicationId];
  return `${id}/${hash("sha256", JSON.stringify(scope), "hex")}`;
}

/** Twenty digits, as AWS's. */
const sequenceText = (number: number): string => `1${String(number).padStart(19, "0")}`;
