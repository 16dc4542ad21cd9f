// SetSubscriptionAttributes: one attribute; an empty value takes it away.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { tooManyFilters } from "../faults/subscriptions.ts";
import { limits } from "../limits.ts";
import { locateSubscription, topicArn } from "../model/names.ts";
import { requireSubscription, subscriptionKey, subscriptions, subscriptionsOf } from "../model/subscription.ts";
import { changedAttributes } from "../model/subscription-attributes.ts";
import type { SnsParts } from "../parts.ts";

export const setSubscriptionAttributes =
  ({ records }: SnsParts): SnsHandler<"SetSubscriptionAttributes"> =>
  async (input, context) => {
    const id = locateSubscription(input.SubscriptionArn, context);
    return commitChangeOf(records, id, topicArn(id, id.name), async () => {
      const { record, revision } = await requireSubscription(records, id);
      const attributes = changedAttributes(id, record, record.attributes, { [input.AttributeName]: input.AttributeValue ?? "" });
      if (attributes["FilterPolicy"] !== undefined && record.attributes["FilterPolicy"] === undefined) {
        const there = await records.scan(id, subscriptions, { prefix: subscriptionsOf(id.name) });
        if (there.filter((one) => one.record.attributes["FilterPolicy"] !== undefined).length >= limits.filtersOfTopic) throw tooManyFilters();
      }
      return { operations: [subscriptions.put(subscriptionKey(id.name, id.id), { ...record, attributes }, revision)], result: {} };
    });
  };
