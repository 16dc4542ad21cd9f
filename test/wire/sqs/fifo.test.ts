import { createHash } from "node:crypto";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
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

let queues = 0;
const freshQueue = (attributes: Readonly<Record<string, string>> = { ContentBasedDeduplication: "true" }): Promise<string> =>
  createQueue(sqs, `q${(queues += 1)}.fifo`, attributes);
const send = (QueueUrl: string, MessageBody: string, MessageGroupId: string | undefined, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, ...more }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const remove = (QueueUrl: string, message: Message | undefined) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
const bodies = (messages: readonly Message[]): (string | undefined)[] => messages.map(({ Body }) => Body);

describe("a FIFO queue", () => {
  test("gives each group in its order, and no more of it until what is in flight is deleted", async () => {
    const QueueUrl = await freshQueue();
    for (const body of ["a1", "a2", "a3", "b1", "b2"]) await send(QueueUrl, body, body[0]);
    const first = await receive(QueueUrl, { MaxNumberOfMessages: 2 });
    expect(bodies(first)).toEqual(["a1", "a2"]);
    expect(bodies(await receive(QueueUrl, { MaxNumberOfMessages: 1 }))).toEqual(["b1"]);
    expect(await receive(QueueUrl)).toEqual([]);
    await remove(QueueUrl, first[1]);
    expect(await receive(QueueUrl)).toEqual([]);
    await remove(QueueUrl, first[0]);
    expect(bodies(await receive(QueueUrl))).toEqual(["a3"]);
  });

  test("numbers its messages, and tells group, number and id of each", async () => {
    const QueueUrl = await freshQueue();
    const sent = [await send(QueueUrl, "1", "g"), await send(QueueUrl, "2", "g", { MessageDeduplicationId: "mine" })];
    expect(sent[0]?.SequenceNumber).toMatch(/^\d{20}$/);
    expect(BigInt(sent[1]?.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(sent[0]?.SequenceNumber ?? 0));
    const received = await receive(QueueUrl, { MessageSystemAttributeNames: ["SequenceNumber", "MessageGroupId", "MessageDeduplicationId"] });
    expect(received.map(({ Attributes }) => Attributes)).toEqual([
      { SequenceNumber: sent[0]?.SequenceNumber, MessageGroupId: "g", MessageDeduplicationId: createHash("sha256").update("1").digest("hex") },
      { SequenceNumber: sent[1]?.SequenceNumber, MessageGroupId: "g", MessageDeduplicationId: "mine" },
    ]);
  });

  test("takes a duplicate and delivers it no more, also when the first is deleted; a purge forgets", async () => {
    const QueueUrl = await freshQueue();
    const first = await send(QueueUrl, "x", "g");
    const again = await send(QueueUrl, "x", "another");
    expect(again).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    await remove(QueueUrl, (await receive(QueueUrl))[0]);
    await send(QueueUrl, "x", "g");
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await send(QueueUrl, "x", "g");
    expect(bodies(await receive(QueueUrl))).toEqual(["x"]);
  });

  test("of high throughput tells duplicates within a group only", async () => {
    const QueueUrl = await freshQueue({ ContentBasedDeduplication: "true", DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" });
    for (const group of ["a", "b", "a"]) await send(QueueUrl, "x", group);
    expect(await receive(QueueUrl)).toHaveLength(2);
  });

  test("wants a group, an id, and no delay of single messages", async () => {
    const QueueUrl = await freshQueue({});
    expect(await refusalOf(send(QueueUrl, "x", undefined))).toMatchObject({ code: "MissingParameter", message: "The request must contain the parameter MessageGroupId." });
    const noId = {
      code: "InvalidParameterValue",
      message: "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    };
    expect(await refusalOf(send(QueueUrl, "x", "g"))).toMatchObject(noId);
    expect(await refusalOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "1", MessageBody: "x", MessageGroupId: "g" }] })))).toMatchObject(noId);
    expect(await refusalOf(send(QueueUrl, "x", "g", { MessageDeduplicationId: "d", DelaySeconds: 2 }))).toMatchObject({
      message: "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
    });
    expect(await refusalOf(send(QueueUrl, "x", "group 123", { MessageDeduplicationId: "d" }))).toMatchObject({
      message: "Value group 123 for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
    });
    await send(QueueUrl, "x", "g", { MessageDeduplicationId: "d", DelaySeconds: 0 });
  });

  test("takes a receipt whose time is over for nothing", async () => {
    const QueueUrl = await freshQueue();
    await send(QueueUrl, "x", "g");
    const [message] = await receive(QueueUrl, { VisibilityTimeout: 0 });
    const handle = message?.ReceiptHandle;
    expect(await refusalOf(remove(QueueUrl, message))).toMatchObject({
      code: "InvalidParameterValue",
      message: `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    });
    expect(await refusalOf(sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handle, VisibilityTimeout: 1 })))).toMatchObject({ code: "InvalidParameterValue" });
    const [held] = await receive(QueueUrl);
    await remove(QueueUrl, held);
    await remove(QueueUrl, held);
  });

  test("gives the same again to the same attempt", async () => {
    const QueueUrl = await freshQueue();
    for (const body of ["1", "2", "3"]) await send(QueueUrl, body, body);
    const attempt = { MaxNumberOfMessages: 2, ReceiveRequestAttemptId: "attempt" };
    const first = await receive(QueueUrl, attempt);
    expect(await receive(QueueUrl, attempt)).toEqual(first);
    expect(bodies(await receive(QueueUrl, { ...attempt, ReceiveRequestAttemptId: "another" }))).toEqual(["3"]);
    await remove(QueueUrl, first[0]);
    expect(await receive(QueueUrl, attempt)).toEqual([]);
  });
});
