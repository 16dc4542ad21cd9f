// ListSubscriptions: of all topics.
import type { SnsHandler } from "../api.ts";
import { listRecords } from "../model/paging.ts";
import { subscriptionOutput, subscriptions } from "../model/subscription.ts";
import type { SnsParts } from "../parts.ts";

export const listSubscriptions =
  ({ records }: SnsParts): SnsHandler<"ListSubscriptions"> =>
  async (input, context) => {
    const { items, next } = await listRecords(records, context, subscriptions, { token: input.NextToken });
    return { ...next, Subscriptions: items.map(({ record }) => subscriptionOutput(context, record)) };
  };
