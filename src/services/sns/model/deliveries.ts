// What a message has brought to those who are subscribed to its topic and want it.
import type { Scope } from "../../../core/context.ts";
import { type Delivery, sendDelivery } from "../../../core/delivery.ts";
import type { Ids } from "../../../core/ids.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { limits } from "../limits.ts";
import { envelope, functionEvent, type Sent } from "./envelope.ts";
import { type Filtered, filteredAttributes, readJson } from "./filter-policy.ts";
import type { Message } from "./message.ts";
import type { Signature, Signer } from "./signer.ts";
import { isFifoName, snsPrincipal, subscriptionArn, topicArn } from "./names.ts";
import type { TopicRecord } from "./topic.ts";
import type { ActiveSubscription } from "./topic-catalog.ts";

export interface Publishing {
  readonly scope: Scope;
  readonly topic: TopicRecord;
  readonly message: Message;
  /** Of FIFO topics. */
  readonly sequence: string | undefined;
  readonly trace: string | undefined;
  /** Base of links in messages. */
  readonly endpoint: string;
}

/** One a subscription that wants the message. */
export async function deliveriesOf(
  publishing: Publishing,
  subscriptions: Iterable<ActiveSubscription>,
  { ids, signer }: { readonly ids: Ids; readonly signer: Signer },
): Promise<readonly StoreOperation[]> {
  const { message, topic } = publishing;
  const attributes = filteredAttributes(message.attributes);
  /** By text: protocols may have their own. */
  const bodies = new Map<string, Filtered["body"]>();
  const signatures = new Map<string, Signature>();
  const signatureOf = async (text: string): Promise<Signature> => {
    const signature = signatures.get(text) ?? (await signer.sign({ ...publishing, text }));
    signatures.set(text, signature);
    return signature;
  };
  const operations: StoreOperation[] = [];
  for (const subscription of subscriptions) {
    const text = message.textFor(subscription.record.protocol);
    const filtered: Filtered = {
      attributes,
      get body() {
        if (!bodies.has(text)) bodies.set(text, readJson(text));
        return bodies.get(text);
      },
    };
    if (!(subscription.filter?.(filtered) ?? true)) continue;
    const signature = subscription.isRaw || isFifoName(topic.name) ? undefined : await signatureOf(text);
    operations.push(sendDelivery(ids.uuid(), deliveryTo(subscription, publishing, signature)));
  }
  return operations;
}

function deliveryTo(
  { record, isRaw, deadLetter }: ActiveSubscription,
  { scope, topic: { name: topic }, message, sequence, trace, endpoint }: Publishing,
  signature: Signature | undefined,
): Delivery {
  const { protocol, id, endpoint: target } = record;
  const arn = subscriptionArn(scope, topic, id);
  const sent: Sent = {
    message,
    topicArn: topicArn(scope, topic),
    subscriptionArn: arn,
    protocol,
    sequence,
    signature,
    unsubscribeUrl: `${endpoint}/?Action=Unsubscribe&Version=2010-03-31&SubscriptionArn=${arn}`,
  };
  const parameters = parametersOf(topic, target, message);
  return {
    target,
    body: protocol === "lambda" ? functionEvent(sent) : isRaw ? message.textFor(protocol) : envelope(sent),
    ...(isRaw ? { attributes: message.attributes } : {}),
    ...(parameters === undefined ? {} : { parameters }),
    from: { principal: snsPrincipal, arn: topicArn(scope, topic), account: scope.account, region: scope.region },
    retry: { attempts: limits.retryAttempts, maxAgeSeconds: limits.retryAgeSeconds, schedule: "sns" },
    ...(deadLetter === undefined ? {} : { deadLetter: { arn: deadLetter } }),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** FIFO queues get both ids of a FIFO topic, standard queues its neither; of a standard topic, the group. */
function parametersOf(topic: string, target: string, { group, deduplicationId }: Message): Delivery["parameters"] {
  if (group === undefined || !target.includes(":sqs:") || (isFifoName(topic) && !isFifoName(target))) return undefined;
  return { messageGroupId: group, ...(deduplicationId === undefined ? {} : { deduplicationId }) };
}
