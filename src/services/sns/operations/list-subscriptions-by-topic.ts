// ListSubscriptionsByTopic: of one topic.
import type { SnsHandler } from "../api.ts";
import { locateTopic } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import { subscriptionOutput, subscriptions, subscriptionsOf } from "../model/subscription.ts";
import { requireTopic } from "../model/topic.ts";
import type { SnsParts } from "../parts.ts";

export const listSubscriptionsByTopic =
  ({ records }: SnsParts): SnsHandler<"ListSubscriptionsByTopic"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    await requireTopic(records, context, name);
    const { items, next } = await listRecords(records, context, subscriptions, { prefix: subscriptionsOf(name), token: input.NextToken });
    return { ...next, Subscriptions: items.map(({ record }) => subscriptionOutput(context, record)) };
  };
