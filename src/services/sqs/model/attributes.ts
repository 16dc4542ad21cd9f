// Attributes of a queue as callers set them: names, ranges, and what they become.
import { isDeepStrictEqual } from "node:util";
import { parsePolicy } from "../../../core/policy/document.ts";
import { PolicySyntaxError } from "../../../core/policy/syntax-error.ts";
import { malformedPolicy } from "../faults/permissions.ts";
import { bothEncryptions, fifoOnly, invalidAttribute, limitNeedsScope, queueTypeIsFixed, unknownAttribute } from "../faults/queues.ts";
import { limits } from "../limits.ts";
import { refuseKeys } from "./encryption.ts";
import { currentAttributes, type Attributes } from "./queue.ts";
import { parseRedriveAllowPolicy, parseRedrivePolicy } from "./redrive.ts";

/** Undefined: the attribute goes, as if it had never been set. Faults: no value for it. */
type Check = (value: string, name: string) => string | undefined;

const between =
  (least: number, most: number): Check =>
  (value, name) => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) throw invalidAttribute(name);
    return String(Number(value));
  };

const boolean: Check = (value, name) => {
  const text = value.toLowerCase();
  if (text !== "true" && text !== "false") throw invalidAttribute(name);
  return text;
};

const oneOf =
  (...values: readonly string[]): Check =>
  (value, name) => {
    if (!values.includes(value)) throw invalidAttribute(name);
    return value;
  };

/** A document that `""` removes. */
const document =
  (parse: (text: string) => unknown): Check =>
  (value) => {
    if (value === "") return undefined;
    parse(value);
    return value;
  };

export function checkPolicy(text: string): void {
  try {
    parsePolicy(text, { kind: "resource", mostBytes: limits.policyBytes });
  } catch (error) {
    throw error instanceof PolicySyntaxError ? malformedPolicy(error.message) : error;
  }
}

const standard: Readonly<Record<string, Check>> = {
  VisibilityTimeout: between(0, limits.visibilitySeconds),
  DelaySeconds: between(0, limits.delaySeconds),
  ReceiveMessageWaitTimeSeconds: between(0, limits.waitSeconds),
  MessageRetentionPeriod: between(60, 1_209_600),
  MaximumMessageSize: between(1_024, limits.messageBytes),
  SqsManagedSseEnabled: boolean,
  Policy: document(checkPolicy),
  RedrivePolicy: document(parseRedrivePolicy),
  RedriveAllowPolicy: document(parseRedriveAllowPolicy),
  // What there is of KMS has been refused before (unapplied-settings.ts): no key, the usual period.
  KmsMasterKeyId: () => undefined,
  KmsDataKeyReusePeriodSeconds: () => undefined,
};

const fifo: Readonly<Record<string, Check>> = {
  ...standard,
  FifoQueue: (value) => {
    if (value.toLowerCase() !== "true") throw queueTypeIsFixed();
    return undefined;
  },
  ContentBasedDeduplication: boolean,
  DeduplicationScope: oneOf("queue", "messageGroup"),
  FifoThroughputLimit: oneOf("perQueue", "perMessageGroupId"),
};

/** Those that may be asked for and not set. */
const readOnly = [
  "QueueArn",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

const known: ReadonlySet<string> = new Set(["All", ...Object.keys(fifo), ...readOnly]);

/** Faults: a name that no attribute has. */
export function requireAttributeNames(names: readonly string[]): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
}

/** What is set once `given` has been applied. Faults in AWS's words. */
export function changedAttributes(set: Attributes, given: Attributes, isFifo: boolean): Attributes {
  if ((given["KmsMasterKeyId"] ?? "") !== "" && given["SqsManagedSseEnabled"]?.toLowerCase() === "true") throw bothEncryptions();
  refuseKeys(given);
  const checks = isFifo ? fifo : standard;
  const changed: Record<string, string> = { ...set };
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw ["DeduplicationScope", "FifoThroughputLimit"].includes(name) ? fifoOnly(name) : unknownAttribute(name);
    const kept = check(value, name);
    if (kept === undefined) delete changed[name];
    else changed[name] = kept;
  }
  if (changed["FifoThroughputLimit"] === "perMessageGroupId" && changed["DeduplicationScope"] !== "messageGroup") throw limitNeedsScope();
  return changed;
}

/** The first of the given attributes whose value is not the current one. */
export function differingAttribute(name: string, set: Attributes, given: Attributes): string | undefined {
  const current = currentAttributes(name, set);
  return Object.keys(given).find((attribute) => !sameValue(current[attribute], given[attribute]));
}

/** Documents are the same if they say the same. */
function sameValue(current: string | undefined, given: string | undefined): boolean {
  const [left = "", right = ""] = [current, given];
  if (left === right || left === right.toLowerCase()) return true;
  return left.startsWith("{") && isDeepStrictEqual(jsonOf(left), jsonOf(right));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
