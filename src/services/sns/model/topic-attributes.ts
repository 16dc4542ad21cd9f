// Attributes of a topic as callers set them. What Lambent cannot honour is refused by name.
import { notApplied } from "../faults/base.ts";
import { invalidAttribute, unknownAttribute } from "../faults/topics.ts";
import { limits } from "../limits.ts";
import { readTopicPolicy } from "./topic-policy.ts";

/** Undefined: as if it had never been set. Faults: no value for it, or none that can be honoured. */
type Check = (value: string, name: string) => string | undefined;

const boolean: Check = (value, name) => {
  const text = value.toLowerCase();
  if (text !== "true" && text !== "false") throw invalidAttribute(name, value);
  return text;
};

const oneOf =
  (...values: readonly string[]): Check =>
  (value, name) => {
    if (!values.includes(value)) throw invalidAttribute(name, value);
    return value;
  };

/** Only as AWS has it by default. */
const only =
  (usual: string, why: string): Check =>
  (value, name) => {
    if (value !== usual && value !== "") throw notApplied(name, why);
    return undefined;
  };

const messageSize: Check = (value, name) => {
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1_024 || Number(value) > limits.mostMessageBytes) throw invalidAttribute(name, value);
  return String(Number(value));
};

const standard: Readonly<Record<string, Check>> = {
  DisplayName: (value) => (value === "" ? undefined : value),
  Policy: (value) => {
    if (value === "") return undefined;
    readTopicPolicy(value);
    return value;
  },
  MaximumMessageSize: messageSize,
  KmsMasterKeyId: only("", "messages are not encrypted with keys of your own."),
  DeliveryPolicy: only("", "nothing is delivered over HTTP yet."),
  SignatureVersion: (value, name) => (value === "" ? undefined : oneOf("1", "2")(value, name)),
  TracingConfig: only("PassThrough", "SNS writes no traces of its own."),
};

const fifo: Readonly<Record<string, Check>> = {
  ...standard,
  ContentBasedDeduplication: boolean,
  FifoThroughputScope: oneOf("Topic", "MessageGroup"),
  ArchivePolicy: only("", "messages are not archived."),
};

const feedback = /^(?:HTTP|Firehose|Lambda|Application|SQS)(?:SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$/;

/** The value as it is kept. Faults: no attribute that can be set. */
export function checkTopicAttribute(name: string, value: string, isFifo: boolean): string | undefined {
  if (feedback.test(name)) return only("", "deliveries are not logged there; see `lambent events`.")(value, name);
  const checks = isFifo ? fifo : standard;
  if (!Object.hasOwn(checks, name)) throw unknownAttribute();
  return checks[name]?.(value, name);
}
