// Subscriptions, as they are kept and shown.
import type { Scope } from "../../../core/context.ts";
import { Collection, type Stored } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import { subscriptionNotFound } from "../faults/subscriptions.ts";
import { type SubscriptionId, subscriptionArn, topicArn } from "./names.ts";
import type { Attributes } from "./topic.ts";

/** Those that messages are delivered to. */
export type Protocol = "sqs" | "lambda";

/** Document `subscriptions/TOPIC/ID`. */
export interface SubscriptionRecord {
  readonly topic: string;
  /** A UUID. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** ARN of who subscribed. */
  readonly principal: string;
  /** Those that were set, checked. */
  readonly attributes: Attributes;
}

export const subscriptions = new Collection<SubscriptionRecord>("subscriptions");
export const subscriptionKey = (topic: string, id: string): string => `${topic}/${id}`;
export const subscriptionsOf = (topic: string): string => `${topic}/`;

/** Fault: there is none. */
export async function requireSubscription(records: Records, { account, region, name, id }: SubscriptionId): Promise<Stored<SubscriptionRecord>> {
  const stored = await records.get({ account, region }, subscriptions, subscriptionKey(name, id));
  if (stored === undefined) throw subscriptionNotFound();
  return stored;
}

/** With AWS's defaults. */
export const subscriptionAttributes = (scope: Scope, { topic, id, protocol, endpoint, principal, attributes }: SubscriptionRecord): Attributes => ({
  SubscriptionArn: subscriptionArn(scope, topic, id),
  TopicArn: topicArn(scope, topic),
  Owner: scope.account,
  Protocol: protocol,
  Endpoint: endpoint,
  RawMessageDelivery: "false",
  PendingConfirmation: "false",
  ConfirmationWasAuthenticated: "true",
  SubscriptionPrincipal: principal,
  ...(attributes["FilterPolicy"] === undefined ? {} : { FilterPolicyScope: "MessageAttributes" }),
  ...attributes,
});

/** As lists show it. */
export const subscriptionOutput = (scope: Scope, { topic, id, protocol, endpoint }: SubscriptionRecord) => ({
  SubscriptionArn: subscriptionArn(scope, topic, id),
  Owner: scope.account,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn(scope, topic),
});
