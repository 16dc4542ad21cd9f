// GetSubscriptionAttributes: what is set, and AWS's defaults.
import type { SnsHandler } from "../api.ts";
import { locateSubscription } from "../model/names.ts";
import { requireSubscription, subscriptionAttributes } from "../model/subscription.ts";
import type { SnsParts } from "../parts.ts";

export const getSubscriptionAttributes =
  ({ records }: SnsParts): SnsHandler<"GetSubscriptionAttributes"> =>
  async (input, context) => {
    const id = locateSubscription(input.SubscriptionArn, context);
    return { Attributes: { ...subscriptionAttributes(id, (await requireSubscription(records, id)).record) } };
  };
