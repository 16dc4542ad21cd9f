import {
  AddPermissionCommand,
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  RemovePermissionCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { createQueue, refusalOf, sqsClient } from "../../harness/sqs.ts";

let lambent: TestLambent;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  sqs = sqsClient(lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const create = (QueueName: string, Attributes: Readonly<Record<string, string>> = {}, more: Partial<CreateQueueCommandInput> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes, ...more }));
const attributesOf = async (QueueUrl: string, names: readonly string[] = ["All"]): Promise<Record<string, string> | undefined> =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] as QueueAttributeName[] }))).Attributes;
const set = (QueueUrl: string, Attributes: Readonly<Record<string, string>>) => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe("a queue", () => {
  test("has the defaults of AWS, and its URL and ARN", async () => {
    const { QueueUrl = "" } = await create("plain");
    expect(QueueUrl).toBe(`${lambent.endpoint}/000000000000/plain`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "plain" }))).QueueUrl).toBe(QueueUrl);
    expect(await attributesOf(QueueUrl)).toEqual({
      QueueArn: arnOf("plain"),
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
      LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
      VisibilityTimeout: "30",
      DelaySeconds: "0",
      ReceiveMessageWaitTimeSeconds: "0",
      MessageRetentionPeriod: "345600",
      MaximumMessageSize: "1048576",
      SqsManagedSseEnabled: "true",
    });
    expect(await attributesOf(QueueUrl, ["DelaySeconds", "Policy"])).toEqual({ DelaySeconds: "0" });
    expect(await attributesOf(QueueUrl, [])).toBeUndefined();
    const fifo = await createQueue(sqs, "plain.fifo");
    expect(await attributesOf(fifo)).toMatchObject({ FifoQueue: "true", ContentBasedDeduplication: "false", DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" });
  });

  test("is the one that is there when it is created as it is", async () => {
    const { QueueUrl } = await create("same", { DelaySeconds: "5" });
    expect((await create("same")).QueueUrl).toBe(QueueUrl);
    expect((await create("same", { DelaySeconds: "5", VisibilityTimeout: "30" })).QueueUrl).toBe(QueueUrl);
    expect(await refusalOf(create("same", { DelaySeconds: "6" }))).toMatchObject({
      name: "QueueNameExists",
      code: "QueueAlreadyExists",
      message: "A queue already exists with the same name and a different value for attribute DelaySeconds",
    });
  });

  test("has a name of AWS's form", async () => {
    const malformed = { code: "InvalidParameterValue", message: "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length" };
    for (const name of ["", "a b", "x".repeat(81), "ü", "q.fifo", "a.b"]) expect(await refusalOf(create(name))).toMatchObject(malformed);
    for (const name of ["plain2", "a b.fifo", `${"x".repeat(76)}.fifo`]) {
      expect(await refusalOf(create(name, { FifoQueue: "true" }))).toMatchObject({ code: "InvalidParameterValue", message: expect.stringContaining("must end with .fifo suffix") });
    }
  });

  test("is reached by any host, by its path, and by its bare name", async () => {
    await create("reached");
    for (const url of ["https://sqs.us-east-1.amazonaws.com/000000000000/reached", "http://host.docker.internal:1/000000000000/reached", "reached"]) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }));
    }
    expect(await attributesOf("reached", ["ApproximateNumberOfMessages"])).toEqual({ ApproximateNumberOfMessages: "3" });
    expect(await refusalOf(attributesOf(`${lambent.endpoint}/000000000000/Reached`))).toMatchObject({ name: "QueueDoesNotExist" });
    const other = sqsClient(lambent, { region: "eu-west-1" });
    expect(await refusalOf(other.send(new GetQueueUrlCommand({ QueueName: "reached" })))).toMatchObject({ name: "QueueDoesNotExist" });
  });

  test("is gone with its messages once deleted, and its name is taken for a minute", async () => {
    const { QueueUrl = "" } = await create("gone");
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await refusalOf(attributesOf(QueueUrl))).toMatchObject({ name: "QueueDoesNotExist" });
    expect(await refusalOf(sqs.send(new DeleteQueueCommand({ QueueUrl })))).toMatchObject({ name: "QueueDoesNotExist" });
    expect(await refusalOf(create("gone"))).toMatchObject({
      name: "QueueDeletedRecently",
      message: "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    });
  });

  test("is listed by prefix and page", async () => {
    for (const name of ["list-a", "list-b", "list-c"]) await create(name);
    const urls = ["list-a", "list-b", "list-c"].map((name) => `${lambent.endpoint}/000000000000/${name}`);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-" }))).QueueUrls).toEqual(urls);
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-", MaxResults: 2 }));
    expect(first.QueueUrls).toEqual(urls.slice(0, 2));
    const second = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-", MaxResults: 2, NextToken: first.NextToken }));
    expect(second).toMatchObject({ QueueUrls: urls.slice(2) });
    expect(second.NextToken).toBeUndefined();
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "none" }))).QueueUrls).toBeUndefined();
    expect(await refusalOf(sqs.send(new ListQueuesCommand({ MaxResults: 1_001 })))).toMatchObject({ code: "InvalidParameterValue" });
  });
});

describe("attributes", () => {
  test("are changed one by one, and documents removed by nothing", async () => {
    const { QueueUrl = "" } = await create("changed", { DelaySeconds: "7" });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: arnOf("changed") } });
    await set(QueueUrl, { VisibilityTimeout: "60", Policy, SqsManagedSseEnabled: "false" });
    expect(await attributesOf(QueueUrl)).toMatchObject({ VisibilityTimeout: "60", DelaySeconds: "7", Policy, SqsManagedSseEnabled: "false" });
    await set(QueueUrl, { Policy: "" });
    expect(await attributesOf(QueueUrl, ["Policy"])).toBeUndefined();
  });

  test("out of their range, unknown or of FIFO queues only are refused", async () => {
    const { QueueUrl = "" } = await create("ranges");
    for (const [name, ...values] of [
      ["VisibilityTimeout", "-1", "43201", "x"],
      ["DelaySeconds", "901"],
      ["ReceiveMessageWaitTimeSeconds", "21"],
      ["MessageRetentionPeriod", "59", "1209601"],
      ["MaximumMessageSize", "1023", "1048577"],
      ["SqsManagedSseEnabled", "yes"],
    ] as const) {
      for (const value of values) {
        expect(await refusalOf(set(QueueUrl, { [name]: value }))).toMatchObject({ name: "InvalidAttributeValue", message: `Invalid value for the parameter ${name}.` });
      }
    }
    for (const name of ["Foobar", "FifoQueue", "ContentBasedDeduplication", "QueueArn"]) {
      expect(await refusalOf(set(QueueUrl, { [name]: "true" }))).toMatchObject({ name: "InvalidAttributeName", message: `Unknown Attribute ${name}.` });
    }
    expect(await refusalOf(set(QueueUrl, { DeduplicationScope: "queue" }))).toMatchObject({ message: "You can specify the DeduplicationScope only when FifoQueue is set to true." });
    expect(await refusalOf(attributesOf(QueueUrl, ["Foobar"]))).toMatchObject({ name: "InvalidAttributeName" });
    expect(await refusalOf(set(QueueUrl, { Policy: "{" }))).toMatchObject({ name: "InvalidAttributeValue" });
    const fifo = await createQueue(sqs, "ranges.fifo");
    expect(await refusalOf(set(fifo, { FifoQueue: "false" }))).toMatchObject({
      name: "InvalidAttributeValue",
      message: "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    });
    expect(await refusalOf(set(fifo, { FifoThroughputLimit: "perMessageGroupId" }))).toMatchObject({ name: "InvalidAttributeValue" });
    await set(fifo, { FifoThroughputLimit: "perMessageGroupId", DeduplicationScope: "messageGroup" });
  });

  test("that nothing could honour are refused by name", async () => {
    expect(await refusalOf(create("kms", { KmsMasterKeyId: "alias/aws/sqs" }))).toMatchObject({ name: "UnsupportedOperation", message: expect.stringContaining("KmsMasterKeyId") });
    expect(await refusalOf(create("kms", { KmsMasterKeyId: "k", SqsManagedSseEnabled: "true" }))).toMatchObject({ message: expect.stringContaining("one type of server-side encryption") });
    // As templates send what they do not mean.
    await create("kms", { KmsMasterKeyId: "", KmsDataKeyReusePeriodSeconds: "300" });
  });
});

test("tags are set, listed and removed", async () => {
  const { QueueUrl = "" } = await create("tagged", {}, { tags: { a: "1" } });
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: "2", "b c": "" } }));
  expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ a: "2", "b c": "" });
  await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["a", "unknown", "b c"] }));
  expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toBeUndefined();
  expect(await refusalOf(sqs.send(new TagQueueCommand({ QueueUrl, Tags: { "aws:x": "1" } })))).toMatchObject({ code: "InvalidParameterValue" });
});

test("permissions become statements of the policy, by their label", async () => {
  const { QueueUrl = "" } = await create("shared");
  const add = (Label: string, AWSAccountIds: string[], Actions: string[]) => sqs.send(new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds, Actions }));
  await add("one", ["111122223333"], ["ReceiveMessage"]);
  await add("two", ["111122223333", "444455556666"], ["SendMessage", "DeleteMessage"]);
  const { Policy = "" } = (await attributesOf(QueueUrl, ["Policy"])) ?? {};
  expect(JSON.parse(Policy)).toEqual({
    Version: "2008-10-17",
    Id: `${arnOf("shared")}/SQSDefaultPolicy`,
    Statement: [
      { Sid: "one", Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "SQS:ReceiveMessage", Resource: arnOf("shared") },
      {
        Sid: "two",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"] },
        Action: ["SQS:SendMessage", "SQS:DeleteMessage"],
        Resource: arnOf("shared"),
      },
    ],
  });
  expect(await refusalOf(add("one", ["111122223333"], ["*"]))).toMatchObject({ code: "InvalidParameterValue", message: "Value one for parameter Label is invalid. Reason: Already exists." });
  expect(await refusalOf(add("three", ["111122223333"], ["CreateQueue"]))).toMatchObject({ code: "InvalidParameterValue" });
  expect(await refusalOf(add("three", ["111122223333"], Array.from({ length: 8 }, () => "SendMessage")))).toMatchObject({ name: "OverLimit" });
  const remove = (Label: string) => sqs.send(new RemovePermissionCommand({ QueueUrl, Label }));
  await remove("one");
  expect(await refusalOf(remove("one"))).toMatchObject({ message: "Value one for parameter Label is invalid. Reason: can't find label." });
  await remove("two");
  expect(await attributesOf(QueueUrl, ["Policy"])).toBeUndefined();
});

describe("dead-letter queues", () => {
  const redrive = (target: string, maxReceiveCount: number | string = 3) => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount }) });

  test("know whose dead letters they take", async () => {
    const { QueueUrl: target = "" } = await create("dead");
    for (const name of ["source-1", "source-2"]) await create(name, redrive("dead", "5"));
    const listed = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: target, MaxResults: 1 }));
    expect(listed.queueUrls).toEqual([`${lambent.endpoint}/000000000000/source-1`]);
    const rest = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: target, NextToken: listed.NextToken }));
    expect(rest.queueUrls).toEqual([`${lambent.endpoint}/000000000000/source-2`]);
  });

  test("must be there, of the same type, and allow it", async () => {
    const invalid = (reason: string) => ({ code: "InvalidParameterValue", message: expect.stringMatching(new RegExp(`^Value \\{.*\\} for parameter RedrivePolicy is invalid. Reason: ${reason}`)) });
    expect(await refusalOf(create("s", redrive("nobody")))).toMatchObject(invalid("Dead letter target does not exist."));
    expect(await refusalOf(create("s", { RedrivePolicy: '{"deadLetterTargetArn":"x"}' }))).toMatchObject(invalid("Redrive policy does not contain mandatory attribute: maxReceiveCount."));
    await create("target");
    expect(await refusalOf(create("s", redrive("target", 1_001)))).toMatchObject(invalid("Invalid value for maxReceiveCount: 1001"));
    expect(await refusalOf(create("s.fifo", { FifoQueue: "true", ...redrive("target") }))).toMatchObject(invalid("Dead-letter queue must be same type of queue as the source."));
    await create("closed", { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    expect(await refusalOf(create("s", redrive("closed")))).toMatchObject(invalid("The dead letter target does not allow"));
    await create("chosen", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf("friend")] }) });
    expect(await refusalOf(create("s", redrive("chosen")))).toMatchObject(invalid("The dead letter target does not allow"));
    await create("friend", redrive("chosen"));
    expect(await refusalOf(set(`${lambent.endpoint}/000000000000/chosen`, { RedriveAllowPolicy: '{"redrivePermission":"some"}' }))).toMatchObject({ code: "InvalidParameterValue" });
  });
});
