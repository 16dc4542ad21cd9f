// Unsubscribe: who is not subscribed is unsubscribed, too. Messages carry a link that calls it, hence any region.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { invalidSubscriptionId } from "../faults/subscriptions.ts";
import { locateSubscription, topicArn } from "../model/names.ts";
import { subscriptionKey, subscriptions } from "../model/subscription.ts";
import type { SnsParts } from "../parts.ts";

export const unsubscribe =
  ({ records }: SnsParts): SnsHandler<"Unsubscribe"> =>
  async (input, context) => {
    const { account, region, name, id } = locateSubscription(input.SubscriptionArn, context);
    if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) throw invalidSubscriptionId();
    const scope = { account, region };
    return commitChangeOf(records, scope, topicArn(scope, name), async () => ({
      operations: [subscriptions.delete(subscriptionKey(name, id))],
      result: {},
    }));
  };
