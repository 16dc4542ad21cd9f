// RemovePermission: a statement of the topic's policy by its label.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { locateTopic } from "../model/names.ts";
import { requireTopic, topicAttributes, topics } from "../model/topic.ts";
import { withoutStatement } from "../model/topic-policy.ts";
import type { SnsParts } from "../parts.ts";

export const removePermission =
  ({ records }: SnsParts): SnsHandler<"RemovePermission"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    return commitChangeOf(records, context, input.TopicArn, async () => {
      const { record, revision } = await requireTopic(records, context, name);
      const Policy = withoutStatement(topicAttributes(context, record)["Policy"] ?? "", input.Label);
      return { operations: [topics.put(name, { ...record, attributes: { ...record.attributes, Policy } }, revision)], result: {} };
    });
  };
