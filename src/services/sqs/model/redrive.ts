// RedrivePolicy and RedriveAllowPolicy: where a queue's dead letters go, and whose a queue takes.
import { invalidRedrive, invalidRedriveAllow } from "../faults/queues.ts";
import { limits } from "../limits.ts";
import { parseQueueArn, type QueueId } from "./queue-address.ts";

export interface RedrivePolicy {
  readonly target: QueueId;
  /** A message is received so often at most. */
  readonly mostReceives: number;
}

/** Faults: no JSON object, members missing or beyond their range, an ARN that is none of a queue. */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const refuse = (reason: string): Error => invalidRedrive(text, reason);
  const members = jsonObject(text) ?? {};
  if (jsonObject(text) === undefined) throw refuse("Redrive policy is not a valid JSON map.");
  const { maxReceiveCount, deadLetterTargetArn, ...others } = members;
  if (maxReceiveCount === undefined) throw refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (deadLetterTargetArn === undefined) throw refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  if (Object.keys(others).length > 0) throw refuse("Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
  const mostReceives = wholeNumber(maxReceiveCount);
  if (!(mostReceives >= 1 && mostReceives <= 1_000)) {
    throw refuse(`Invalid value for maxReceiveCount: ${JSON.stringify(maxReceiveCount)}, valid values are from 1 to 1000 both inclusive.`);
  }
  const target = typeof deadLetterTargetArn === "string" ? parseQueueArn(deadLetterTargetArn) : undefined;
  if (target === undefined) throw refuse("Invalid value for deadLetterTargetArn.");
  return { target, mostReceives };
}

/** SDKs and templates send numbers in both forms. */
function wholeNumber(value: unknown): number {
  if (typeof value === "string") return /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isInteger(value) ? Number(value) : Number.NaN;
}

/** Whose dead letters a queue takes; `sources` of byQueue only. */
export interface RedriveAllowPolicy {
  readonly permission: "allowAll" | "denyAll" | "byQueue";
  readonly sources: readonly string[];
}

/** Faults as AWS refuses; their texts are not recorded. */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const refuse = (reason: string): Error => invalidRedriveAllow(text, reason);
  const members = jsonObject(text);
  if (members === undefined) throw refuse("Redrive allow policy is not a valid JSON map.");
  const { redrivePermission, sourceQueueArns, ...others } = members;
  if (Object.keys(others).length > 0) throw refuse("Only following attributes are supported: [redrivePermission, sourceQueueArns].");
  if (redrivePermission !== "allowAll" && redrivePermission !== "denyAll" && redrivePermission !== "byQueue") {
    throw refuse("redrivePermission must be one of allowAll, denyAll, byQueue.");
  }
  if (redrivePermission !== "byQueue") {
    if (sourceQueueArns !== undefined) throw refuse("sourceQueueArns is allowed only when redrivePermission is byQueue.");
    return { permission: redrivePermission, sources: [] };
  }
  const sources: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  const arns = sources.filter((arn): arn is string => typeof arn === "string" && parseQueueArn(arn) !== undefined);
  if (arns.length === 0 || arns.length !== sources.length || arns.length > limits.sourceQueues) {
    throw refuse(`sourceQueueArns must be 1 to ${limits.sourceQueues} ARNs of queues.`);
  }
  return { permission: "byQueue", sources: arns };
}

export const allowsSource = ({ permission, sources }: RedriveAllowPolicy, arn: string): boolean =>
  permission === "allowAll" || (permission === "byQueue" && sources.includes(arn));

/** Undefined: no JSON, or no object. */
function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
