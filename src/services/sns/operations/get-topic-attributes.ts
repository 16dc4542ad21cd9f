// GetTopicAttributes: what is set, AWS's defaults, and how many are subscribed.
import type { SnsHandler } from "../api.ts";
import { locateTopic } from "../model/names.ts";
import { subscriptions, subscriptionsOf } from "../model/subscription.ts";
import { requireTopic, topicAttributes } from "../model/topic.ts";
import type { SnsParts } from "../parts.ts";

export const getTopicAttributes =
  ({ records }: SnsParts): SnsHandler<"GetTopicAttributes"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    const { record } = await requireTopic(records, context, name);
    const subscribed = await records.scan(context, subscriptions, { prefix: subscriptionsOf(name) });
    return {
      Attributes: {
        ...topicAttributes(context, record),
        SubscriptionsConfirmed: String(subscribed.length),
        SubscriptionsPending: "0",
        SubscriptionsDeleted: "0",
      },
    };
  };
