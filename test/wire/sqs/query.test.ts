// awsQuery, which clients from before the end of 2023 and plain HTTP speak.
import type { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { createQueue, sqsClient } from "../../harness/sqs.ts";

let lambent: TestLambent;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  sqs = sqsClient(lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

let queues = 0;
const freshQueue = (): Promise<string> => createQueue(sqs, `q${(queues += 1)}`);

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The content of the first element of that name. */
  first(name: string): string | undefined;
  all(name: string): readonly string[];
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const all = (name: string): readonly string[] => [...text.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"))].map(([, content = ""]) => content);
  return { status: response.status, text, first: (name) => all(name)[0], all };
}

const form = (members: Readonly<Record<string, string>>): URLSearchParams => new URLSearchParams({ Version: "2012-11-05", ...members });
const get = async (url: string, members: Readonly<Record<string, string>>): Promise<Answer> => answerOf(await fetch(`${url}?${form(members).toString()}`));
const post = async (url: string, members: Readonly<Record<string, string>>): Promise<Answer> => answerOf(await fetch(url, { method: "POST", body: form(members) }));

describe("a queue URL", () => {
  test("takes requests by itself: GET and POST, its queue named by the path", async () => {
    const url = await freshQueue();
    const sent = await post(url, {
      Action: "SendMessage",
      MessageBody: "a<b & ü",
      "MessageAttribute.1.Name": "n",
      "MessageAttribute.1.Value.DataType": "Number",
      "MessageAttribute.1.Value.StringValue": "7",
    });
    expect(sent.text).toMatch(
      /^<\?xml version="1.0"[^>]*\?>\s*<SendMessageResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><SendMessageResult>.*<\/SendMessageResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/SendMessageResponse>$/s,
    );
    const received = await get(url, { Action: "ReceiveMessage", "AttributeName.1": "SentTimestamp", "MessageAttributeName.1": "All", MaxNumberOfMessages: "10" });
    expect(received.first("Body")).toBe("a&lt;b &amp; ü");
    expect(received.first("MessageId")).toBe(sent.first("MessageId"));
    expect(received.text).toMatch(/<Attribute><Name>SentTimestamp<\/Name><Value>\d{13}<\/Value><\/Attribute>/);
    expect(received.text).toMatch(/<MessageAttribute><Name>n<\/Name><Value>(<StringValue>7<\/StringValue>|<DataType>Number<\/DataType>){2}<\/Value><\/MessageAttribute>/);
    const deleted = await post(url, { Action: "DeleteMessage", ReceiptHandle: received.first("ReceiptHandle") ?? "" });
    expect(deleted.status).toBe(200);
    expect((await get(url, { Action: "ReceiveMessage" })).text).toMatch(/<ReceiveMessageResult\s*\/>|<ReceiveMessageResult><\/ReceiveMessageResult>/);
  });

  test("is answered in the words of that protocol", async () => {
    const url = await freshQueue();
    const missing = await post(`${lambent.endpoint}/000000000000/nobody`, { Action: "SendMessage", MessageBody: "x" });
    expect([missing.status, missing.first("Type"), missing.first("Code"), missing.first("Message")]).toEqual([
      400,
      "Sender",
      "AWS.SimpleQueueService.NonExistentQueue",
      "The specified queue does not exist for this wsdl version.",
    ]);
    const refused = await get(url, { Action: "ReceiveMessage", MaxNumberOfMessages: "11" });
    expect([refused.status, refused.first("Code"), refused.first("Message")]).toEqual([
      400,
      "InvalidParameterValue",
      "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ]);
    const empty = await post(url, { Action: "SendMessage" });
    expect([empty.first("Code"), empty.first("Message")]).toEqual(["MissingParameter", "The request must contain the parameter MessageBody."]);
    const unknown = await get(url, { Action: "FooBar" });
    expect([unknown.status, unknown.first("Code"), unknown.first("Message")]).toEqual([400, "InvalidAction", "The action FooBar is not valid for this endpoint."]);
    expect((await get(url, { Action: "DeleteMessage", ReceiptHandle: "garbage" })).first("Code")).toBe("ReceiptHandleIsInvalid");
  });
});

test("queues are made, described, listed and deleted at the root", async () => {
  const created = await post(lambent.endpoint, {
    Action: "CreateQueue",
    QueueName: "made.fifo",
    "Attribute.1.Name": "FifoQueue",
    "Attribute.1.Value": "true",
    "Attribute.2.Name": "ContentBasedDeduplication",
    "Attribute.2.Value": "true",
    "Tag.1.Key": "k",
    "Tag.1.Value": "v",
  });
  const url = created.first("QueueUrl") ?? "";
  expect(url).toBe(`${lambent.endpoint}/000000000000/made.fifo`);
  expect((await get(lambent.endpoint, { Action: "GetQueueUrl", QueueName: "made.fifo" })).first("QueueUrl")).toBe(url);
  expect((await get(lambent.endpoint, { Action: "ListQueues", QueueNamePrefix: "made" })).all("QueueUrl")).toEqual([url]);
  const attributes = await get(url, { Action: "GetQueueAttributes", "AttributeName.1": "All" });
  expect(attributes.text).toContain("<Attribute><Name>FifoQueue</Name><Value>true</Value></Attribute>");
  expect((await get(url, { Action: "ListQueueTags" })).text).toMatch(/<Tag><Key>k<\/Key><Value>v<\/Value><\/Tag>/);
  const batch: Record<string, string> = { Action: "SendMessageBatch", QueueUrl: url };
  for (const n of [1, 2]) {
    batch[`SendMessageBatchRequestEntry.${n}.Id`] = `e${n}`;
    batch[`SendMessageBatchRequestEntry.${n}.MessageBody`] = `m${n}`;
    batch[`SendMessageBatchRequestEntry.${n}.MessageGroupId`] = "g";
  }
  expect((await post(lambent.endpoint, batch)).all("Id")).toEqual(["e1", "e2"]);
  const received = await get(url, { Action: "ReceiveMessage", MaxNumberOfMessages: "10" });
  expect(received.all("Body")).toEqual(["m1", "m2"]);
  const deletion: Record<string, string> = { Action: "DeleteMessageBatch" };
  for (const [place, handle] of received.all("ReceiptHandle").entries()) {
    deletion[`DeleteMessageBatchRequestEntry.${place + 1}.Id`] = `d${place}`;
    deletion[`DeleteMessageBatchRequestEntry.${place + 1}.ReceiptHandle`] = handle;
  }
  deletion["DeleteMessageBatchRequestEntry.3.Id"] = "bad";
  deletion["DeleteMessageBatchRequestEntry.3.ReceiptHandle"] = "garbage";
  const deleted = await post(url, deletion);
  expect(deleted.all("DeleteMessageBatchResultEntry")).toEqual(["<Id>d0</Id>", "<Id>d1</Id>"]);
  expect(deleted.first("BatchResultErrorEntry")).toContain("<Code>ReceiptHandleIsInvalid</Code>");
  expect((await get(url, { Action: "DeleteQueue" })).status).toBe(200);
  expect((await get(url, { Action: "GetQueueAttributes", "AttributeName.1": "All" })).status).toBe(400);
});
