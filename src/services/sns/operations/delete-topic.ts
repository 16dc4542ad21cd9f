// DeleteTopic: with its subscriptions; one that is not there is deleted, too. What is on its way is still delivered.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { locateTopic } from "../model/names.ts";
import { forgetSequence } from "../model/publish.ts";
import { subscriptions, subscriptionsOf } from "../model/subscription.ts";
import { putTags } from "../model/tags.ts";
import { topics } from "../model/topic.ts";
import type { SnsParts } from "../parts.ts";

export const deleteTopic =
  ({ records }: SnsParts): SnsHandler<"DeleteTopic"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    return commitChangeOf(records, context, input.TopicArn, async () => {
      const stored = await records.get(context, topics, name);
      if (stored === undefined) return { operations: [], result: {} };
      const subscribed = await records.scan(context, subscriptions, { prefix: subscriptionsOf(name) });
      const gone = subscribed.map(({ key }) => subscriptions.delete(key));
      return { operations: [topics.delete(name, stored.revision), putTags(input.TopicArn, {}), forgetSequence(stored.record.id), ...gone], result: {} };
    });
  };
