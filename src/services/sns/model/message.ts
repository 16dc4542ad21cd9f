// A message on its way in: what a caller publishes, checked.
import { hash } from "node:crypto";
import type { Ids } from "../../../core/ids.ts";
import {
  deduplicationOnStandard,
  deduplicationRequired,
  emptyMessage,
  groupRequired,
  invalidId,
  invalidStructure,
  invalidSubject,
  messageTooLong,
  structureNotJson,
  structureWithoutDefault,
} from "../faults/messages.ts";
import { limits } from "../limits.ts";
import { acceptAttributes, type GivenAttributes, type StoredAttributes } from "./message-attributes.ts";
import { isFifoName } from "./names.ts";
import type { Protocol } from "./subscription.ts";
import { isContentBased, messageBytesOf, type TopicRecord } from "./topic.ts";

/** Members that Publish and an entry of PublishBatch have in common. */
export interface GivenMessage {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: GivenAttributes | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

export interface Message {
  readonly id: string;
  readonly subject: string | undefined;
  readonly attributes: StoredAttributes;
  readonly sentAtMs: number;
  readonly group: string | undefined;
  /** Of FIFO topics. */
  readonly deduplicationId: string | undefined;
  /** Of Message and attributes. */
  readonly bytes: number;
  /** The text for subscribers of a protocol. */
  textFor(protocol: Protocol): string;
}

/** Faults in AWS's words. */
export function acceptMessage(topic: TopicRecord, given: GivenMessage, { ids, nowMs }: { readonly ids: Ids; readonly nowMs: number }): Message {
  const { Message: text = "", Subject: subject, MessageStructure: structure } = given;
  if (text === "") throw emptyMessage();
  if (subject !== undefined && !/^[^\p{Cc}]{1,100}$/u.test(subject)) throw invalidSubject();
  const { attributes, bytes: attributeBytes } = acceptAttributes(given.MessageAttributes ?? {});
  const bytes = Buffer.byteLength(text) + attributeBytes;
  if (bytes > messageBytesOf(topic)) throw messageTooLong();
  return {
    id: ids.uuid(),
    subject,
    attributes,
    sentAtMs: nowMs,
    ...groupOf(topic, given, text),
    bytes,
    textFor: textsOf(text, structure),
  };
}

function groupOf(topic: TopicRecord, { MessageGroupId: group, MessageDeduplicationId: deduplicationId }: GivenMessage, text: string) {
  if (group !== undefined && !idPattern.test(group)) throw invalidId("MessageGroupId");
  if (!isFifoName(topic.name)) {
    if (deduplicationId !== undefined) throw deduplicationOnStandard();
    return { group, deduplicationId };
  }
  if (group === undefined) throw groupRequired();
  if (deduplicationId !== undefined && !idPattern.test(deduplicationId)) throw invalidId("MessageDeduplicationId");
  if (deduplicationId === undefined && !isContentBased(topic)) throw deduplicationRequired();
  return { group, deduplicationId: deduplicationId ?? hash("sha256", text, "hex") };
}

const idPattern = /^[!-~]{1,128}$/;

/** With MessageStructure `json` each protocol may have a text of its own. */
function textsOf(text: string, structure: string | undefined): (protocol: Protocol) => string {
  if (structure === undefined || structure === "") return () => text;
  if (structure !== "json") throw invalidStructure();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw structureNotJson();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw structureNotJson();
  const texts = new Map(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  const usual = texts.get("default");
  if (usual === undefined) throw structureWithoutDefault();
  return (protocol) => texts.get(protocol) ?? usual;
}

/** Of all together. */
export const bytesOf = (messages: readonly Message[]): number => messages.reduce((sum, { bytes }) => sum + bytes, 0);

/** Of a batch together. */
export const batchBytesOf = (topic: TopicRecord): number => Math.max(limits.messageBytes, messageBytesOf(topic));
