// Messages from publishers to queues and functions through the official clients.
import { createVerify, X509Certificate } from "node:crypto";
import { CreateTopicCommand, PublishBatchCommand, PublishCommand, type PublishCommandInput, type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";
import { snsClient } from "../../harness/sns.ts";
import { createQueue, refusalOf, sqsClient } from "../../harness/sqs.ts";

let lambent: TestLambent;
let sns: SNSClient;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  sns = snsClient(lambent);
  sqs = sqsClient(lambent);
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await lambent[Symbol.asyncDispose]();
});

const queueOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const createTopic = async (Name: string, Attributes: Record<string, string> = {}): Promise<string> => (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? "";
const subscribe = (TopicArn: string, queue: string, Attributes: Record<string, string> = {}) => sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueOf(queue), Attributes }));
const publish = (TopicArn: string, input: Partial<PublishCommandInput>) => sns.send(new PublishCommand({ TopicArn, Message: "m", ...input }));

/** The next so many messages of a queue. */
async function received(QueueUrl: string, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] }));
    if (Messages.length === 0) break;
    messages.push(...Messages);
  }
  return messages;
}

test("a queue gets the envelope, another the message as it is", async () => {
  const TopicArn = await createTopic("plain");
  const [wrapped, raw] = [await createQueue(sqs, "wrapped"), await createQueue(sqs, "raw")];
  const { SubscriptionArn } = await subscribe(TopicArn, "wrapped");
  await subscribe(TopicArn, "raw", { RawMessageDelivery: "true" });
  const MessageAttributes = { kind: { DataType: "String", StringValue: "ä\"" }, blob: { DataType: "Binary", BinaryValue: Buffer.from([0, 255]) } };
  const { MessageId, SequenceNumber } = await publish(TopicArn, { Message: 'say "hi" ü', Subject: "s", MessageAttributes });
  expect(SequenceNumber).toBeUndefined();
  const [envelope] = await received(wrapped, 1);
  expect(envelope?.Body).toMatch(/^\{\n {2}"Type" : "Notification",\n {2}"MessageId" : "/);
  const body = JSON.parse(envelope?.Body ?? "") as Record<string, unknown>;
  expect(body).toEqual({
    Type: "Notification", MessageId, TopicArn, Subject: "s", Message: 'say "hi" ü', Timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    SignatureVersion: "1", Signature: expect.any(String), SigningCertURL: expect.stringMatching(/\/SimpleNotificationService-[\da-f]{32}\.pem$/),
    UnsubscribeURL: `${lambent.endpoint}/?Action=Unsubscribe&Version=2010-03-31&SubscriptionArn=${SubscriptionArn}`,
    MessageAttributes: { kind: { Type: "String", Value: 'ä"' }, blob: { Type: "Binary", Value: "AP8=" } },
  });
  expect(await received(raw, 1)).toMatchObject([{ Body: 'say "hi" ü', MessageAttributes: { kind: { DataType: "String", StringValue: 'ä"' }, blob: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) } } }]);
  expect((await fetch(String(body["UnsubscribeURL"]))).status).toBe(200);
});

test.each([["1", "RSA-SHA1"], ["2", "RSA-SHA256"]])("a signature of version %s verifies with the certificate that the message names", async (SignatureVersion, algorithm) => {
  const TopicArn = await createTopic(`signed-${SignatureVersion}`, { SignatureVersion });
  const queue = await createQueue(sqs, `signed-${SignatureVersion}`);
  await subscribe(TopicArn, `signed-${SignatureVersion}`);
  await publish(TopicArn, { Message: "paid\n", Subject: "s" });
  const message = JSON.parse((await received(queue, 1))[0]?.Body ?? "") as Record<string, string>;
  const pem = await (await fetch(message["SigningCertURL"] ?? "")).text();
  const { publicKey, subject } = new X509Certificate(pem);
  expect(subject).toBe("CN=sns.us-east-1.amazonaws.com");
  const signed = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"].map((name) => `${name}\n${message[name]}\n`).join("");
  expect(message["SignatureVersion"]).toBe(SignatureVersion);
  expect(createVerify(algorithm).update(signed).verify(publicKey, message["Signature"] ?? "", "base64")).toBe(true);
  expect((await fetch(`${lambent.endpoint}/_lambent/sns/SimpleNotificationService-${"0".repeat(32)}.pem`)).status).toBe(404);
});

test("filter policies say who gets what", async () => {
  const TopicArn = await createTopic("filtered");
  const [byAttribute, byBody] = [await createQueue(sqs, "by-attribute"), await createQueue(sqs, "by-body")];
  const raw = { RawMessageDelivery: "true" };
  await subscribe(TopicArn, "by-attribute", { ...raw, FilterPolicy: '{"price":[{"numeric":[">",100]}],"tags":["new"],"gone":[{"exists":false}]}' });
  await subscribe(TopicArn, "by-body", { ...raw, FilterPolicyScope: "MessageBody", FilterPolicy: '{"order":{"state":["paid",{"prefix":"ship"}]}}' });
  const number = (StringValue: string) => ({ DataType: "Number", StringValue });
  const tags = { DataType: "String.Array", StringValue: '["old","new"]' };
  await publish(TopicArn, { Message: "cheap", MessageAttributes: { price: number("99"), tags } });
  await publish(TopicArn, { Message: "none" });
  await publish(TopicArn, { Message: "dear", MessageAttributes: { price: number("1.005e2"), tags } });
  await publish(TopicArn, { Message: '{"order":{"state":"lost"}}' });
  await publish(TopicArn, { Message: '{"order":{"state":"shipped"}}' });
  expect((await received(byAttribute, 1)).map(({ Body }) => Body)).toEqual(["dear"]);
  expect((await received(byBody, 1)).map(({ Body }) => Body)).toEqual(['{"order":{"state":"shipped"}}']);
});

test("a batch is one call; a structure has a text for each protocol", async () => {
  const TopicArn = await createTopic("batches");
  const queue = await createQueue(sqs, "batches");
  await subscribe(TopicArn, "batches", { RawMessageDelivery: "true" });
  const entry = (Id: string, Message: string) => ({ Id, Message });
  const batch = (...PublishBatchRequestEntries: { Id: string; Message: string; MessageStructure?: string }[]) => sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  const { Successful, Failed } = await batch(entry("a", "1"), { ...entry("b", '{"default":"d","sqs":"for queues"}'), MessageStructure: "json" }, entry("c", ""));
  expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
  expect(Failed).toMatchObject([{ Id: "c", Code: "InvalidParameter", SenderFault: true }]);
  expect((await received(queue, 2)).map(({ Body = "" }) => Body).toSorted((left, right) => left.localeCompare(right))).toEqual(["1", "for queues"]);
  expect(await refusalOf(batch(entry("a", "1"), entry("a", "2")))).toMatchObject({ name: "BatchEntryIdsNotDistinctException", message: "Two or more batch entries in the request have the same Id." });
  expect(await refusalOf(batch(...Array.from({ length: 11 }, (_, place) => entry(String(place), "m"))))).toMatchObject({ name: "TooManyEntriesInBatchRequestException" });
  expect(await refusalOf(batch(entry("a", "x".repeat(200_000)), entry("b", "x".repeat(100_000))))).toMatchObject({ name: "BatchRequestTooLongException" });
});

test("a function gets SNS's event", { timeout: 60_000 }, async () => {
  const TopicArn = await createTopic("to-function");
  const handled = await createQueue(sqs, "handled");
  await createFunction(lambent.lambda, "on-message", {
    "index.mjs": `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
      export const handler = async (event) => void (await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: JSON.stringify(event) })));`,
  }, { Environment: { Variables: { QUEUE: handled } }, Timeout: 30, MemorySize: 512 });
  const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint: "arn:aws:lambda:us-east-1:000000000000:function:on-message" }));
  const { MessageId } = await publish(TopicArn, { MessageAttributes: { n: { DataType: "Number", StringValue: "1" } } });
  const [message] = await received(handled, 1);
  expect(JSON.parse(message?.Body ?? "")).toMatchObject({
    Records: [
      {
        EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: SubscriptionArn,
        Sns: { Type: "Notification", MessageId, TopicArn, Subject: null, Message: "m", MessageAttributes: { n: { Type: "Number", Value: "1" } } },
      },
    ],
  });
});

test("what cannot be delivered goes to the subscription's dead-letter queue", async () => {
  const TopicArn = await createTopic("lossy");
  const dead = await createQueue(sqs, "dead");
  await subscribe(TopicArn, "nowhere", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueOf("dead") }) });
  const { MessageId } = await publish(TopicArn, {});
  expect(JSON.parse((await received(dead, 1))[0]?.Body ?? "")).toMatchObject({ Type: "Notification", MessageId, Message: "m" });
});

test("a FIFO topic keeps order, numbers its messages and takes each once", async () => {
  const TopicArn = await createTopic("t.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
  const [ordered, plain] = [await createQueue(sqs, "ordered.fifo"), await createQueue(sqs, "unordered")];
  await subscribe(TopicArn, "ordered.fifo", { RawMessageDelivery: "true" });
  await subscribe(TopicArn, "unordered");
  const first = await publish(TopicArn, { Message: "1", MessageGroupId: "g" });
  expect(first.SequenceNumber).toMatch(/^\d{20}$/);
  expect(await publish(TopicArn, { Message: "1", MessageGroupId: "g" })).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
  const { Successful = [] } = await sns.send(
    new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: ["2", "3", "2"].map((Message, place) => ({ Id: String(place), Message, MessageGroupId: "g" })) }),
  );
  expect(Successful[0]?.SequenceNumber).toBe(Successful[2]?.SequenceNumber);
  const messages = await received(ordered, 1);
  while (messages.length < 3) messages.push(...(await received(ordered, 1)));
  expect(messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([["1", "g"], ["2", "g"], ["3", "g"]]);
  const bodies = (await received(plain, 3)).map(({ Body }) => JSON.parse(Body ?? "") as { SequenceNumber: string });
  expect(bodies.map(({ SequenceNumber }) => SequenceNumber)).toContain(first.SequenceNumber);
  expect((await refusalOf(publish(TopicArn, {}))).message).toBe("Invalid parameter: The MessageGroupId parameter is required for FIFO topics");
});

test("what is no message is refused in AWS's words", async () => {
  const TopicArn = await createTopic("refusals");
  const attribute = (DataType: string, StringValue?: string) => ({ MessageAttributes: { a: { DataType, ...(StringValue === undefined ? {} : { StringValue }) } } });
  const texts: readonly (readonly [Partial<PublishCommandInput>, string])[] = [
    [{ Message: "" }, "Invalid parameter: Empty message"],
    [{ Message: "x".repeat(262_145) }, "Invalid parameter: Message too long"],
    [{ Subject: "x".repeat(101) }, "Invalid parameter: Subject"],
    [{ MessageStructure: "json" }, "Invalid parameter: Message Structure - JSON message body failed to parse"],
    [{ MessageStructure: "json", Message: "{}" }, "Invalid parameter: Message Structure - No default entry in JSON message body"],
    [attribute("String"), "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'."],
    [attribute("Stringx", "v"), "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."],
    [{ MessageDeduplicationId: "d" }, "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"],
  ];
  for (const [input, text] of texts) expect((await refusalOf(publish(TopicArn, input))).message).toBe(text);
  expect((await refusalOf(sns.send(new PublishCommand({ PhoneNumber: "+491234", Message: "m" })))).message).toContain("PhoneNumber is not supported by Lambent");
});

test("what was published outlives the server", async () => {
  const dataDirectory = temporaryFolder("sns");
  const settings = { memory: "false", dataDirectory };
  {
    await using before = await startTestLambent(settings);
    const [topics, queues] = [snsClient(before), sqsClient(before)];
    const { TopicArn } = await topics.send(new CreateTopicCommand({ Name: "kept" }));
    await createQueue(queues, "kept");
    await topics.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueOf("kept"), Attributes: { RawMessageDelivery: "true" } }));
    await topics.send(new PublishCommand({ TopicArn, Message: "still there" }));
  }
  await using after = await startTestLambent(settings);
  const { Messages } = await sqsClient(after).send(new ReceiveMessageCommand({ QueueUrl: `${after.endpoint}/000000000000/kept`, WaitTimeSeconds: 10 }));
  expect(Messages).toMatchObject([{ Body: "still there" }]);
}, 30_000);

test.skipIf(!isInstalled("aws", "--version"))("the AWS CLI publishes", { timeout: 60_000 }, async () => {
  const TopicArn = await createTopic("cli");
  const { stdout } = await run("aws", ["sns", "publish", "--topic-arn", TopicArn, "--message", "m", "--output", "json"], lambent.environment);
  expect(JSON.parse(stdout)).toEqual({ MessageId: expect.stringMatching(/^[\da-f-]{36}$/) });
});
