// ListTopics: in order of names.
import type { SnsHandler } from "../api.ts";
import { topicArn } from "../model/names.ts";
import { listRecords } from "../model/paging.ts";
import { topics } from "../model/topic.ts";
import type { SnsParts } from "../parts.ts";

export const listTopics =
  ({ records }: SnsParts): SnsHandler<"ListTopics"> =>
  async (input, context) => {
    const { items, next } = await listRecords(records, context, topics, { token: input.NextToken });
    return { ...next, Topics: items.map(({ key }) => ({ TopicArn: topicArn(context, key) })) };
  };
