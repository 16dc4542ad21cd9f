// Topics, as they are kept and shown.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import { topicNotFound } from "../faults/topics.ts";
import { limits } from "../limits.ts";
import { isFifoName, topicArn } from "./names.ts";
import { defaultPolicy } from "./topic-policy.ts";

export type Attributes = Readonly<Record<string, string>>;

/** Document `topics/NAME`. */
export interface TopicRecord {
  readonly name: string;
  /** A topic that is made anew under a name has another. */
  readonly id: string;
  /** Those that were set, checked. */
  readonly attributes: Attributes;
}

export const topics = new Collection<TopicRecord>("topics");

/** Fault: there is none. */
export async function requireTopic(records: Records, scope: Scope, name: string): Promise<Stored<TopicRecord>> {
  const stored = await records.get(scope, topics, name);
  if (stored === undefined) throw topicNotFound();
  return stored;
}

export const isContentBased = ({ attributes }: TopicRecord): boolean => attributes["ContentBasedDeduplication"] === "true";

export const messageBytesOf = ({ attributes }: TopicRecord): number => Number(attributes["MaximumMessageSize"] ?? limits.messageBytes);

const retries = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: "linear",
};

const effectiveDeliveryPolicy = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: retries,
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
  },
});

/** But for the counts of subscriptions: what is set, and defaults that AWS shows. */
export const topicAttributes = (scope: Scope, { name, attributes }: TopicRecord): Attributes => ({
  TopicArn: topicArn(scope, name),
  Owner: scope.account,
  DisplayName: "",
  Policy: defaultPolicy(topicArn(scope, name), scope.account),
  EffectiveDeliveryPolicy: effectiveDeliveryPolicy,
  ...(isFifoName(name) ? { FifoTopic: "true", ContentBasedDeduplication: "false" } : {}),
  ...attributes,
});
