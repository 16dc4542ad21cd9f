// SetTopicAttributes: one attribute; an empty value takes it away.
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { isFifoName, locateTopic } from "../model/names.ts";
import { requireTopic, topics } from "../model/topic.ts";
import { checkTopicAttribute } from "../model/topic-attributes.ts";
import type { SnsParts } from "../parts.ts";

export const setTopicAttributes =
  ({ records }: SnsParts): SnsHandler<"SetTopicAttributes"> =>
  async (input, context) => {
    const { name } = locateTopic(input.TopicArn, context);
    const { AttributeName: attribute, AttributeValue: given = "" } = input;
    return commitChangeOf(records, context, input.TopicArn, async () => {
      const { record, revision } = await requireTopic(records, context, name);
      const value = checkTopicAttribute(attribute, given, isFifoName(name));
      const { [attribute]: _former, ...others } = record.attributes;
      const attributes = value === undefined ? others : { ...others, [attribute]: value };
      return { operations: [topics.put(name, { ...record, attributes }, revision)], result: {} };
    });
  };
