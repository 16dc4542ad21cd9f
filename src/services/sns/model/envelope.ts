// What subscribers get: the envelope of SNS, laid out as AWS lays it out, and the event of functions.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
import type { Message } from "./message.ts";
import type { StoredAttributes } from "./message-attributes.ts";
import type { Signature } from "./signer.ts";
import type { SubscriptionRecord } from "./subscription.ts";

export interface Sent {
  readonly message: Message;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly protocol: SubscriptionRecord["protocol"];
  /** Of FIFO topics. */
  readonly sequence: string | undefined;
  /** Messages of FIFO topics have none. */
  readonly signature: Signature | undefined;
  readonly unsubscribeUrl: string;
}

/** Of queues that do not ask for raw messages. */
export function envelope({ message, topicArn, protocol, sequence, signature, unsubscribeUrl }: Sent): string {
  const members: [string, string | undefined][] = [
    ["Type", "Notification"],
    ["MessageId", message.id],
    ["SequenceNumber", sequence],
    ["TopicArn", topicArn],
    ["Subject", message.subject],
    ["Message", message.textFor(protocol)],
    ["Timestamp", new Date(message.sentAtMs).toISOString()],
    ["SignatureVersion", signature?.version],
    ["Signature", signature?.value],
    ["SigningCertURL", signature?.certificateUrl],
    ["UnsubscribeURL", unsubscribeUrl],
  ];
  const lines = members.flatMap(([name, value]) => (value === undefined ? [] : [`  "${name}" : ${JSON.stringify(value)}`]));
  const attributes = Object.entries(shown(message.attributes)).map(([name, value]) => `    ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
  if (attributes.length > 0) lines.push(`  "MessageAttributes" : {\n${attributes.join(",\n")}\n  }`);
  return `{\n${lines.join(",\n")}\n}`;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const functionEvent = ({ message, topicArn, subscriptionArn, protocol, signature, unsubscribeUrl }: Sent): string =>
  JSON.stringify({
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          Type: "Notification",
          MessageId: message.id,
          TopicArn: topicArn,
          Subject: message.subject ?? null,
          Message: message.textFor(protocol),
          Timestamp: new Date(message.sentAtMs).toISOString(),
          // It reads "1" whatever the topic's version is.
          ...(signature === undefined ? {} : { SignatureVersion: "1", Signature: signature.value, SigningCertUrl: signature.certificateUrl }),
          UnsubscribeUrl: unsubscribeUrl,
          MessageAttributes: shown(message.attributes),
        },
      },
    ],
  });

const shown = (attributes: StoredAttributes) =>
  Object.fromEntries(Object.entries(attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]));
