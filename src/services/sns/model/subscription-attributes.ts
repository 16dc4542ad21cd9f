// Attributes of a subscription as callers set them. What Lambent cannot honour is refused by name.
import { parseArn } from "../../../core/arn.ts";
import { notApplied } from "../faults/base.ts";
import {
  invalidRaw,
  invalidRedriveTarget,
  invalidScope,
  rawUnsupported,
  redriveNotFifo,
  redriveNotJson,
  unknownAttribute,
  unknownInRedrive,
} from "../faults/subscriptions.ts";
import { isQueueArn } from "./endpoint.ts";
import { type FilterScope, readFilterPolicy } from "./filter-policy.ts";
import { isFifoName, type TopicId } from "./names.ts";
import type { SubscriptionRecord } from "./subscription.ts";
import type { Attributes } from "./topic.ts";

type Subscribed = Pick<SubscriptionRecord, "protocol" | "endpoint">;

const known: ReadonlySet<string> = new Set(["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"]);
/** By name, why they cannot be honoured. */
const refused: ReadonlyMap<string, string> = new Map([
  ["DeliveryPolicy", "nothing is delivered over HTTP yet."],
  ["SubscriptionRoleArn", "nothing is delivered to Firehose."],
  ["ReplayPolicy", "messages are not archived."],
]);

/** The attributes with some set anew; an empty value takes one away. Faults: unknown names, values that are none. */
export function changedAttributes(topic: TopicId, subscribed: Subscribed, before: Attributes, given: Attributes): Attributes {
  for (const [name, value] of Object.entries(given)) {
    const why = refused.get(name);
    if (why !== undefined && value !== "") throw notApplied(name, why);
    if (why === undefined && !known.has(name)) throw unknownAttribute();
  }
  const set = Object.entries({ ...before, ...given }).filter(([name, value]) => value !== "" && known.has(name));
  const attributes = Object.fromEntries(set.map(([name, value]) => [name, name === "RawMessageDelivery" ? value.toLowerCase() : value]));
  checkRaw(attributes["RawMessageDelivery"], given["RawMessageDelivery"], subscribed);
  const filter = attributes["FilterPolicy"];
  const scope = scopeIn(attributes);
  if (filter !== undefined) readFilterPolicy(filter, scope);
  if (attributes["RedrivePolicy"] !== undefined) checkRedrive(attributes["RedrivePolicy"], topic, subscribed);
  return attributes;
}

/** Fault: none of the two. */
export function scopeIn({ FilterPolicyScope: scope = "MessageAttributes" }: Attributes): FilterScope {
  if (scope !== "MessageAttributes" && scope !== "MessageBody") throw invalidScope(scope);
  return scope;
}

/** ARN of the queue that gets what cannot be delivered. */
export function deadLetterIn({ RedrivePolicy: text }: Attributes): string | undefined {
  // Kept only once it was found to name one.
  return text === undefined ? undefined : (JSON.parse(text) as { readonly deadLetterTargetArn: string }).deadLetterTargetArn;
}

function checkRaw(value: string | undefined, given: string | undefined, { protocol }: Subscribed): void {
  if (value === undefined) return;
  if (value !== "true" && value !== "false") throw invalidRaw(given ?? value);
  if (value === "true" && protocol === "lambda") throw rawUnsupported(protocol);
}

function checkRedrive(text: string, { account, region, name }: TopicId, { endpoint }: Subscribed): void {
  const policy = parseObject(text);
  const unknown = Object.keys(policy).find((key) => key !== "deadLetterTargetArn");
  if (unknown !== undefined) throw unknownInRedrive(unknown);
  const target = Reflect.get(policy, "deadLetterTargetArn");
  if (typeof target !== "string" || !isQueueArn(target)) throw invalidRedriveTarget();
  const arn = parseArn(target);
  if (arn?.account !== account || arn.region !== region) throw invalidRedriveTarget();
  if (isFifoName(name) && isFifoName(endpoint) && !isFifoName(target)) throw redriveNotFifo();
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw redriveNotJson();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw redriveNotJson();
  return value;
}
