// How callers name queues, and how we name them: URLs, bare names, ARNs.
import { partitionOf } from "../../../core/arn.ts";
import { isAccountId, isRegion, type AccountId, type CallContext, type Scope } from "../../../core/context.ts";

export interface QueueId extends Scope {
  readonly name: string;
}

/** What a QueueUrl says. Of a URL only the path counts: clients reach us by hosts of many names. */
export interface QueueAddress {
  /** Left out in a bare name: the caller's own. */
  readonly account: AccountId | undefined;
  readonly name: string;
}

/** Name first, since every kind of address ends with it: `http://HOST/ACCOUNT/NAME`, `NAME`. */
export function parseQueueUrl(url: string): QueueAddress {
  // A name has neither slash nor colon, so no form of an address is taken for another.
  const end = url.endsWith("/") ? url.length - 1 : url.length;
  const nameAt = url.lastIndexOf("/", end - 1) + 1;
  const accountAt = nameAt < 2 ? -1 : url.lastIndexOf("/", nameAt - 2) + 1;
  const account = accountAt < 0 ? "" : url.slice(accountAt, nameAt - 1);
  return { account: isAccountId(account) ? account : undefined, name: url.slice(nameAt, end) };
}

export const locateQueue = (url: string, { account, region }: Pick<CallContext, "account" | "region">): QueueId => {
  const address = parseQueueUrl(url);
  return { account: address.account ?? account, region, name: address.name };
};

/** At the host by which the caller reached us, so that he can go on from where he is. */
export const queueUrl = ({ account, name }: Pick<QueueId, "account" | "name">, { endpoint }: Pick<CallContext, "endpoint">): string =>
  `${endpoint}/${account}/${name}`;

export const queueArn = ({ account, region, name }: QueueId): string => `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;

/** Undefined: not the ARN of a queue. */
export function parseQueueArn(arn: string): QueueId | undefined {
  const [scheme, partition, service, region = "", account = "", name = "", ...rest] = arn.split(":");
  if (scheme !== "arn" || partition?.startsWith("aws") !== true || service !== "sqs" || rest.length > 0) return undefined;
  return isRegion(region) && isAccountId(account) && name !== "" ? { account, region, name } : undefined;
}

const namePattern = /^[\w-]{1,80}$/;

/** `.fifo` counts among the 80 characters. */
export const isQueueName = (name: string): boolean => name.length <= 80 && namePattern.test(name.replace(/\.fifo$/, ""));
export const isFifoName = (name: string): boolean => name.endsWith(".fifo");
