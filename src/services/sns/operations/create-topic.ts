// CreateTopic: a topic of that name, unless one is there that was made differently.
import { isDeepStrictEqual } from "node:util";
import { commitChangeOf } from "../../../store/change.ts";
import type { SnsHandler } from "../api.ts";
import { notApplied } from "../faults/base.ts";
import { invalidTopicName, otherAttributes, otherTags, unknownAttribute } from "../faults/topics.ts";
import { isFifoName, topicArn } from "../model/names.ts";
import { putTags, tagMap, tagsOf } from "../model/tags.ts";
import { topicAttributes, topics } from "../model/topic.ts";
import { checkTopicAttribute } from "../model/topic-attributes.ts";
import type { SnsParts } from "../parts.ts";

export const createTopic =
  ({ records, ids }: SnsParts): SnsHandler<"CreateTopic"> =>
  async (input, context) => {
    const { Name: name, Attributes: { FifoTopic = "false", ...given } = {}, Tags } = input;
    if ((input.DataProtectionPolicy ?? "") !== "") throw notApplied("DataProtectionPolicy", "messages are not looked into.");
    if (FifoTopic !== "true" && FifoTopic !== "false") throw unknownAttribute();
    if (!/^[\w-]{1,256}(?:\.fifo)?$/.test(name) || name.length > 256 || isFifoName(name) !== (FifoTopic === "true")) throw invalidTopicName();
    const checked = Object.entries(given).map(([key, value]) => [key, checkTopicAttribute(key, value, isFifoName(name))] as const);
    const attributes = Object.fromEntries(checked.filter((entry): entry is [string, string] => entry[1] !== undefined));
    const tags = tagMap(Tags);
    const arn = topicArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const result = { TopicArn: arn };
      const there = await records.get(context, topics, name);
      if (there === undefined) {
        const record = { name, id: ids.uuid(), attributes };
        return { operations: [topics.put(name, record, "absent"), putTags(arn, tags)], result };
      }
      const shown = topicAttributes(context, there.record);
      if (Object.entries(attributes).some(([key, value]) => shown[key] !== value)) throw otherAttributes();
      if (Tags !== undefined && Tags.length > 0 && !isDeepStrictEqual(await tagsOf(records, context, arn), tags)) throw otherTags();
      return { operations: [], result };
    });
  };
