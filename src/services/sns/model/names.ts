// ARNs of topics and subscriptions.
import { parseArn, partitionOf } from "../../../core/arn.ts";
import { type AccountId, isAccountId, isRegion, type Region, type Scope } from "../../../core/context.ts";
import { invalidArn, invalidParameter } from "../faults/base.ts";

/** As a policy and a delivery name the service. */
export const snsPrincipal = "sns.amazonaws.com";

export interface TopicId {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
}

export interface SubscriptionId extends TopicId {
  /** A UUID. */
  readonly id: string;
}

export const topicArn = ({ account, region }: Scope, name: string): string => `arn:${partitionOf(region)}:sns:${region}:${account}:${name}`;

export const subscriptionArn = (scope: Scope, topic: string, id: string): string => `${topicArn(scope, topic)}:${id}`;

export const isFifoName = (name: string): boolean => name.endsWith(".fifo");

/** Undefined: no ARN of SNS. `id` is of a subscription. */
function parse(text: string): { readonly topic: TopicId; readonly id: string | undefined } | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "sns" || !isRegion(arn.region) || !isAccountId(arn.account)) return undefined;
  const [name = "", id, ...more] = arn.resource.split(":");
  if (name === "" || more.length > 0) return undefined;
  return { topic: { account: arn.account, region: arn.region, name }, id };
}

export function parseTopicArn(text: string): TopicId | undefined {
  const found = parse(text);
  return found?.id === undefined ? found?.topic : undefined;
}

export function parseSubscriptionArn(text: string): SubscriptionId | undefined {
  const found = parse(text);
  return found?.id === undefined ? undefined : { ...found.topic, id: found.id };
}

/** Faults: no ARN, one of another region or of nobody's topic. */
export function locateTopic(text: string, { account, region }: Scope, member = "TopicArn"): TopicId {
  if (text.split(":").length < 6) throw invalidArn(member, text);
  const found = parseTopicArn(text);
  if (found === undefined || found.region !== region || found.account !== account) throw invalidParameter(member);
  return found;
}

/** Faults: likewise. */
export function locateSubscription(text: string, { account }: Pick<Scope, "account">): SubscriptionId {
  if (text.split(":").length < 6) throw invalidArn("SubscriptionArn", text);
  const found = parseSubscriptionArn(text);
  if (found === undefined || found.account !== account) throw invalidParameter("SubscriptionArn");
  return found;
}
