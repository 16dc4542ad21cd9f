// Tags of topics.
import type { Scope } from "../../../core/context.ts";
import { Collection } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import { duplicatedTags, invalidTag, resourceNotFound, tooManyTags } from "../faults/base.ts";
import { limits } from "../limits.ts";
import { parseTopicArn, topicArn } from "./names.ts";
import { topics } from "./topic.ts";

type Tags = Readonly<Record<string, string>>;
type TagList = readonly { readonly Key: string; readonly Value: string }[];

/** Document `tags/ARN`. */
const tags = new Collection<{ readonly tags: Tags }>("tags");

export async function tagsOf(records: Records, scope: Scope, arn: string): Promise<Tags> {
  return (await records.get(scope, tags, arn))?.record.tags ?? {};
}

/** None: the document goes. Fault: too many. */
export function putTags(arn: string, all: Tags): StoreOperation {
  if (Object.keys(all).length > limits.tags) throw tooManyTags();
  return Object.keys(all).length === 0 ? tags.delete(arn) : tags.put(arn, { tags: all });
}

/** Faults: a key twice, too long. */
export function tagMap(list: TagList = []): Tags {
  const map = new Map(list.map(({ Key, Value }) => [Key, Value]));
  if (map.size < list.length) throw duplicatedTags();
  for (const [key, value] of map) {
    if (key === "" || key.length > 128) throw invalidTag("Tag keys must be between 1 and 128 characters.");
    if (value.length > 256) throw invalidTag("Tag values must be at most 256 characters.");
  }
  return Object.fromEntries(map);
}

/** The ARN as tags are kept under it. Fault: no such topic. */
export async function requireTagged(records: Records, scope: Scope, text: string): Promise<string> {
  const topic = parseTopicArn(text);
  const isHere = topic?.account === scope.account && topic.region === scope.region;
  if (!isHere || (await records.get(scope, topics, topic.name)) === undefined) throw resourceNotFound();
  return topicArn(scope, topic.name);
}
