// Tags of buses and rules.
import type { Scope } from "../../../core/context.ts";
import { Collection } from "../../../store/collection.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import { invalid, notFound } from "../faults/base.ts";
import { requireBus } from "./bus.ts";
import { busArn, parseEventsArn, ruleArn, ruleOfResource } from "./names.ts";
import { requireRule } from "./rule.ts";

type Tags = Readonly<Record<string, string>>;

/** Document `tags/ARN`. */
const tags = new Collection<{ readonly tags: Tags }>("tags");

const mostTags = 50;

export async function tagsOf(records: Records, scope: Scope, arn: string): Promise<Tags> {
  return (await records.get(scope, tags, arn))?.record.tags ?? {};
}

/** None: the document goes. Fault: too many. */
export function putTags(arn: string, all: Tags): StoreOperation {
  if (Object.keys(all).length > mostTags) throw invalid(`A resource may have ${mostTags} tags at most.`);
  return Object.keys(all).length === 0 ? tags.delete(arn) : tags.put(arn, { tags: all });
}

export const tagMap = (list: readonly { readonly Key: string; readonly Value: string }[] = []): Tags =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));

/** The ARN as tags are kept under it. Fault: no such resource. */
export async function requireTagged(records: Records, scope: Scope, text: string): Promise<string> {
  const arn = parseEventsArn(text);
  const isHere = arn?.account === scope.account && arn.region === scope.region;
  if (isHere && arn.kind === "event-bus") return busArn(scope, (await requireBus(records, scope, arn.resource)).record.name);
  if (isHere && arn.kind === "rule") {
    const { bus, rule } = ruleOfResource(arn.resource);
    await requireRule(records, scope, bus, rule);
    return ruleArn(scope, bus, rule);
  }
  throw notFound(`Resource ${text} does not exist.`);
}
