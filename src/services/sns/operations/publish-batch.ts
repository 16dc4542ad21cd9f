// PublishBatch: up to ten messages in one commit. What is wrong with one of them fails the whole, but for a message
// that is empty, which fails alone.
import { Fault } from "../../../core/faults.ts";
import type { SnsHandler } from "../api.ts";
import { batchTooLong, emptyBatch, entryIdTooLong, idsNotDistinct, invalidEntryId, tooManyEntries } from "../faults/messages.ts";
import { topicNotFound } from "../faults/topics.ts";
import { limits } from "../limits.ts";
import { acceptMessage, batchBytesOf, bytesOf, type Message } from "../model/message.ts";
import { locateTopic } from "../model/names.ts";
import { publish } from "../model/publish.ts";
import type { SnsParts } from "../parts.ts";

export const publishBatch =
  (parts: SnsParts): SnsHandler<"PublishBatch"> =>
  async (input, context) => {
    const { catalog, clock, ids } = parts;
    const { name } = locateTopic(input.TopicArn, context);
    const { PublishBatchRequestEntries: entries } = input;
    requireBatch(entries.map(({ Id }) => Id));
    const topic = await catalog.topic(context, name);
    if (topic === undefined) throw topicNotFound();
    const accepted: { readonly Id: string; readonly message: Message }[] = [];
    const failed = [];
    for (const { Id, ...entry } of entries) {
      try {
        accepted.push({ Id, message: acceptMessage(topic.record, entry, { ids, nowMs: clock.now() }) });
      } catch (error) {
        if (!(error instanceof Fault) || (entry.Message ?? "") !== "") throw error;
        failed.push({ Id, Code: "InvalidParameter", Message: error.message, SenderFault: true });
      }
    }
    const messages = accepted.map(({ message }) => message);
    if (bytesOf(messages) > batchBytesOf(topic.record)) throw batchTooLong();
    const published = await publish(parts, topic.record, messages, context);
    return { Successful: accepted.map(({ Id }, place) => ({ Id, ...published[place] })), Failed: failed };
  };

function requireBatch(ids: readonly string[]): void {
  if (ids.length === 0) throw emptyBatch();
  if (ids.length > limits.batchEntries) throw tooManyEntries();
  for (const id of ids) {
    if (id.length > 80) throw entryIdTooLong(id);
    if (!/^[\w-]+$/.test(id)) throw invalidEntryId(id);
  }
  if (new Set(ids).size < ids.length) throw idsNotDistinct();
}
