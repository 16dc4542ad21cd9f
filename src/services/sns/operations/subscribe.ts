// Subscribe: queues and functions, confirmed at once; who is subscribed already stays so, unless asked for differently.
import { callerName } from "../../../core/principal-names.ts";
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { amongAttributes, AttributeFault, otherAttributes, tooManyFilters } from "../faults/subscriptions.ts";
import { limits } from "../limits.ts";
import { checkEndpoint } from "../model/endpoint.ts";
import { locateTopic, subscriptionArn, type TopicId } from "../model/names.ts";
import { subscriptionAttributes, subscriptionKey, type SubscriptionRecord, subscriptions, subscriptionsOf } from "../model/subscription.ts";
import { changedAttributes } from "../model/subscription-attributes.ts";
import { type Attributes, requireTopic } from "../model/topic.ts";
import type { SnsParts } from "../parts.ts";

export const subscribe =
  ({ records, ids }: SnsParts): SnsHandler<"Subscribe"> =>
  async (input, context) => {
    const topic = locateTopic(input.TopicArn, context);
    const { Attributes: given = {} } = input;
    // ReturnSubscriptionArn asks for what is answered anyway: nothing here waits to be confirmed.
    return commitChangeOf(records, context, input.TopicArn, async () => {
      await requireTopic(records, context, topic.name);
      const { protocol, endpoint } = checkEndpoint(topic.name, input.Protocol, input.Endpoint);
      const attributes = attributesOf(topic, { protocol, endpoint }, given);
      const there = await records.scan(context, subscriptions, { prefix: subscriptionsOf(topic.name) });
      const same = there.find(({ record }) => record.protocol === protocol && record.endpoint === endpoint);
      if (same !== undefined) {
        const shown = subscriptionAttributes(context, same.record);
        if (Object.keys(given).some((name) => (attributes[name] ?? "") !== (shown[name] ?? ""))) throw otherAttributes();
        return { operations: [], result: { SubscriptionArn: subscriptionArn(context, topic.name, same.record.id) } };
      }
      const filters = there.filter(({ record }) => record.attributes["FilterPolicy"] !== undefined).length;
      if (attributes["FilterPolicy"] !== undefined && filters >= limits.filtersOfTopic) throw tooManyFilters();
      const id = ids.uuid();
      const record: SubscriptionRecord = { topic: topic.name, id, protocol, endpoint, principal: callerName(context), attributes };
      return {
        operations: [subscriptions.put(subscriptionKey(topic.name, id), record, "absent")],
        result: { SubscriptionArn: subscriptionArn(context, topic.name, id) },
      };
    });
  };

function attributesOf(topic: TopicId, subscribed: Pick<SubscriptionRecord, "protocol" | "endpoint">, given: Attributes): Attributes {
  try {
    return changedAttributes(topic, subscribed, {}, given);
  } catch (error) {
    throw error instanceof AttributeFault ? amongAttributes(error) : error;
  }
}
