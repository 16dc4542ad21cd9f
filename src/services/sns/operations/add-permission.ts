// AddPermission: one statement more in the topic's policy.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { locateTopic } from "../model/names.ts";
import { requireTopic, topicAttributes, topics } from "../model/topic.ts";
import { permissionStatement, withStatement } from "../model/topic-policy.ts";
import type { SnsParts } from "../parts.ts";

export const addPermission =
  ({ records }: SnsParts): SnsHandler<"AddPermission"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    const statement = permissionStatement(input.TopicArn, context.region, input);
    return commitChangeOf(records, context, input.TopicArn, async () => {
      const { record, revision } = await requireTopic(records, context, name);
      const Policy = withStatement(topicAttributes(context, record)["Policy"] ?? "", statement);
      return { operations: [topics.put(name, { ...record, attributes: { ...record.attributes, Policy } }, revision)], result: {} };
    });
  };
