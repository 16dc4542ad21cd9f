// A queue: what the store keeps of it, and what calls need of it, read once for each change.
import { parsePolicy, type Policy } from "../../../core/policy/document.ts";
import { limits } from "../limits.ts";
import { isFifoName, queueArn, type QueueId } from "./queue-address.ts";
import { parseRedrivePolicy, type RedrivePolicy } from "./redrive.ts";

/** Document `queues/NAME`. */
export interface QueueRecord {
  /** Anew when a queue of the name is created anew. Names its messages in the store, and nobody outside knows it: receipts are proved by it. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly purgedAtMs?: number;
  /** Those that were set; the others have their defaults. */
  readonly attributes: Attributes;
  readonly tags: Readonly<Record<string, string>>;
}

export type Attributes = Readonly<Record<string, string>>;

export interface Queue extends QueueId {
  readonly arn: string;
  readonly record: QueueRecord;
  /** The queue in the store. */
  readonly messages: string;
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly waitMs: number;
  readonly retentionMs: number;
  readonly messageBytes: number;
  /** The id of a message that has none is the digest of its body. */
  readonly isContentDeduplicated: boolean;
  /** Ids of messages count within their group. */
  readonly isGroupDeduplicated: boolean;
  /** Not bound to 300 calls a second. */
  readonly isHighThroughput: boolean;
  readonly redrive: RedrivePolicy | undefined;
  readonly policy: Policy | undefined;
}

export const defaultAttributes: Attributes = {
  VisibilityTimeout: "30",
  DelaySeconds: "0",
  ReceiveMessageWaitTimeSeconds: "0",
  MessageRetentionPeriod: "345600",
  MaximumMessageSize: "1048576",
  SqsManagedSseEnabled: "true",
};

const defaultFifoAttributes: Attributes = {
  ...defaultAttributes,
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
};

/** What is set and, for the rest, the defaults of a queue of that name. */
export const currentAttributes = (name: string, set: Attributes): Attributes => ({ ...(isFifoName(name) ? defaultFifoAttributes : defaultAttributes), ...set });

export function openQueue(id: QueueId, record: QueueRecord): Queue {
  const attributes = currentAttributes(id.name, record.attributes);
  const milliseconds = (name: string): number => Number(attributes[name]) * 1000;
  const { RedrivePolicy, Policy } = attributes;
  const isGroupDeduplicated = attributes["DeduplicationScope"] === "messageGroup";
  return {
    account: id.account,
    region: id.region,
    name: id.name,
    arn: queueArn(id),
    record,
    messages: record.id,
    isFifo: isFifoName(id.name),
    visibilityMs: milliseconds("VisibilityTimeout"),
    delayMs: milliseconds("DelaySeconds"),
    waitMs: milliseconds("ReceiveMessageWaitTimeSeconds"),
    retentionMs: milliseconds("MessageRetentionPeriod"),
    messageBytes: Number(attributes["MaximumMessageSize"]),
    isContentDeduplicated: attributes["ContentBasedDeduplication"] === "true",
    isGroupDeduplicated,
    isHighThroughput: isGroupDeduplicated && attributes["FifoThroughputLimit"] === "perMessageGroupId",
    redrive: RedrivePolicy === undefined ? undefined : parseRedrivePolicy(RedrivePolicy),
    policy: Policy === undefined ? undefined : parsePolicy(Policy, { kind: "resource", mostBytes: limits.policyBytes }),
  };
}
