import { createHash } from "node:crypto";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
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
const freshQueue = (attributes: Readonly<Record<string, string>> = {}): Promise<string> => createQueue(sqs, `q${(queues += 1)}`, attributes);
const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const bodies = (messages: readonly Message[]): (string | undefined)[] => messages.map(({ Body }) => Body);
const countsOf = async (QueueUrl: string): Promise<readonly number[]> => {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return ["", "NotVisible", "Delayed"].map((suffix) => Number((Attributes as Record<string, string>)[`ApproximateNumberOfMessages${suffix}`]));
};
const invalid = (message: string) => ({ name: "InvalidParameterValue", code: "InvalidParameterValue", status: 400, message });

describe("a message", () => {
  test("is sent, received with what is asked for, and deleted", async () => {
    const QueueUrl = await freshQueue();
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "hello ü 𝒳 \t\r\n",
        MessageAttributes: {
          "order.id": { DataType: "Number.int", StringValue: "17" },
          blob: { DataType: "Binary", BinaryValue: Buffer.from([0, 255]) },
          text: { DataType: "String", StringValue: "ä" },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" } },
        MessageGroupId: "tenant",
      }),
    );
    expect(sent).toMatchObject({ MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/), MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(sent.SequenceNumber).toBeUndefined();
    expect(await countsOf(QueueUrl)).toEqual([1, 0, 0]);
    const [message] = await receive(QueueUrl, { MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["order.*", "blob"] });
    expect(message).toEqual({
      MessageId: sent.MessageId,
      ReceiptHandle: expect.any(String),
      MD5OfBody: createHash("md5").update("hello ü 𝒳 \t\r\n").digest("hex"),
      Body: "hello ü 𝒳 \t\r\n",
      Attributes: {
        SenderId: "000000000000",
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        MessageGroupId: "tenant",
        AWSTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
      },
      MessageAttributes: {
        "order.id": { DataType: "Number.int", StringValue: "17" },
        blob: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
      },
      MD5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await countsOf(QueueUrl)).toEqual([0, 1, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(await countsOf(QueueUrl)).toEqual([0, 0, 0]);
    // Once more, as a consumer does that did not hear the answer.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  });

  // Recorded of AWS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
  test("has the digest of its attributes that AWS computes", async () => {
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl: await freshQueue(), MessageBody: "x", MessageAttributes: { timestamp: { DataType: "Number", StringValue: "1493147359900" } } }),
    );
    expect(sent.MD5OfMessageAttributes).toBe("235c5c510d26fb653d073faed50ae77c");
  });

  test("of 1 MiB comes as it is, and one byte more is refused", async () => {
    const QueueUrl = await freshQueue();
    const body = "ü".repeat(1_048_576 / 2);
    await send(QueueUrl, body);
    expect(bodies(await receive(QueueUrl))).toEqual([body]);
    expect(await refusalOf(send(QueueUrl, `${body}x`))).toEqual(invalid("One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."));
    const small = await freshQueue({ MaximumMessageSize: "1024" });
    await send(small, "x".repeat(1024));
    expect(await refusalOf(send(small, "x".repeat(1025)))).toEqual(invalid("One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."));
  });

  test("with nothing in it, or with what XML cannot hold, is refused", async () => {
    const QueueUrl = await freshQueue();
    expect(await refusalOf(send(QueueUrl, ""))).toEqual({
      name: "MissingParameter",
      code: "MissingParameter",
      status: 400,
      message: "The request must contain the parameter MessageBody.",
    });
    expect(await refusalOf(send(QueueUrl, "a\u0007"))).toMatchObject({
      name: "InvalidMessageContents",
      message:
        "Invalid binary character '#x7' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
    });
    expect(await refusalOf(send(QueueUrl, "\ufffe"))).toMatchObject({ name: "InvalidMessageContents" });
  });

  test("has attributes that keep to the rules", async () => {
    const QueueUrl = await freshQueue();
    const withAttribute = (name: string, attribute: { DataType: string | undefined; StringValue?: string; BinaryValue?: Uint8Array; StringListValues?: string[] }) =>
      refusalOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes: { [name]: attribute } })));
    expect(await withAttribute("X", { DataType: "String", StringValue: "" })).toEqual(invalid("Message (user) attribute 'X' must contain a non-empty value of type 'String'."));
    expect(await withAttribute("X", { DataType: "Number", StringValue: "x" })).toMatchObject({ code: "InvalidParameterValue" });
    expect(await withAttribute("X", { DataType: "Text", StringValue: "x" })).toMatchObject({ code: "InvalidParameterValue" });
    expect(await withAttribute("aws.x", { DataType: "String", StringValue: "x" })).toMatchObject({ code: "InvalidParameterValue" });
    expect(await withAttribute(".x", { DataType: "String", StringValue: "x" })).toMatchObject({ code: "InvalidParameterValue" });
    expect(await withAttribute("X", { DataType: "String", StringListValues: ["x"] })).toMatchObject({ name: "UnsupportedOperation" });
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, place) => [`a${place}`, { DataType: "String", StringValue: "x" }]));
    expect(await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes: eleven })))).toMatchObject({ code: "InvalidParameterValue" });
  });

  test("is delayed by its queue, or by itself in its place", async () => {
    const QueueUrl = await freshQueue({ DelaySeconds: "900" });
    await send(QueueUrl, "later");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "now", DelaySeconds: 0 }));
    expect(await countsOf(QueueUrl)).toEqual([1, 0, 1]);
    expect(bodies(await receive(QueueUrl))).toEqual(["now"]);
    expect(await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", DelaySeconds: 901 })))).toMatchObject({ code: "InvalidParameterValue" });
  });
});

describe("a receive", () => {
  test("that waits ends with the first message, at once", async () => {
    const QueueUrl = await freshQueue();
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await countsOf(QueueUrl);
    await send(QueueUrl, "news");
    expect(bodies(await waiting)).toEqual(["news"]);
  });

  test("that waits ends when the server stops", async () => {
    await using other = await startTestLambent({ stopGraceSeconds: "30" });
    const client = sqsClient(other);
    const QueueUrl = await createQueue(client, "q");
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    await other.running.stop(30_000);
    expect((await waiting).Messages).toBeUndefined();
  });

  test("waits as long as its queue says, or itself in its place", async () => {
    const QueueUrl = await freshQueue({ ReceiveMessageWaitTimeSeconds: "20" });
    expect(await receive(QueueUrl, { WaitTimeSeconds: 0 })).toEqual([]);
    const waiting = receive(QueueUrl);
    await countsOf(QueueUrl);
    await send(QueueUrl, "news");
    expect(bodies(await waiting)).toEqual(["news"]);
  });

  test("counts, gives a new handle each time, and shows at once what is hidden for no time", async () => {
    const QueueUrl = await freshQueue({ VisibilityTimeout: "0" });
    await send(QueueUrl, "x");
    const names: Partial<ReceiveMessageCommandInput> = { AttributeNames: ["ApproximateReceiveCount" as "All"] };
    const [first] = await receive(QueueUrl, names);
    const [second] = await receive(QueueUrl, names);
    expect(first?.Attributes).toEqual({ ApproximateReceiveCount: "1" });
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    // The older one is worth nothing, which is no fault; the newer one deletes, though its time is over.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(await countsOf(QueueUrl)).toEqual([1, 0, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(await countsOf(QueueUrl)).toEqual([0, 0, 0]);
  });

  test("with numbers out of their range is refused", async () => {
    const QueueUrl = await freshQueue();
    expect(await refusalOf(receive(QueueUrl, { MaxNumberOfMessages: 11 }))).toEqual(invalid("Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."));
    expect(await refusalOf(receive(QueueUrl, { WaitTimeSeconds: 21 }))).toEqual(invalid("Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."));
    expect(await refusalOf(receive(QueueUrl, { VisibilityTimeout: 43_201 }))).toMatchObject({ code: "InvalidParameterValue" });
    expect(await refusalOf(receive(QueueUrl, { AttributeNames: ["Foobar" as "All"] }))).toMatchObject({ name: "InvalidAttributeName", message: "Unknown Attribute Foobar." });
  });
});

describe("visibility", () => {
  test("is changed for a receive: shown at once, or hidden for longer", async () => {
    const QueueUrl = await freshQueue();
    await send(QueueUrl, "x");
    const [first] = await receive(QueueUrl);
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }));
    const [second] = await receive(QueueUrl);
    expect(second?.MessageId).toBe(first?.MessageId);
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 600 }));
    expect(await countsOf(QueueUrl)).toEqual([0, 1, 0]);
  });

  test("ends twelve hours after the receive, and with the message", async () => {
    const QueueUrl = await freshQueue();
    await send(QueueUrl, "x");
    const [{ ReceiptHandle } = {}] = await receive(QueueUrl);
    const change = (VisibilityTimeout: number) => sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    expect(await refusalOf(change(43_200))).toEqual(
      invalid("Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]."),
    );
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    expect(await refusalOf(change(1))).toEqual(
      invalid(`Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`),
    );
  });

  test("takes no handle that is none of this queue", async () => {
    const [QueueUrl, other] = [await freshQueue(), await freshQueue()];
    await send(other, "x");
    const [{ ReceiptHandle = "" } = {}] = await receive(other);
    for (const handle of ["garbage", ReceiptHandle, `${ReceiptHandle.slice(0, -8)}AAAAAAAA`]) {
      expect(await refusalOf(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle })))).toMatchObject({
        name: "ReceiptHandleIsInvalid",
        status: 404,
        message: `The input receipt handle "${handle}" is not a valid receipt handle.`,
      });
    }
  });
});

describe("a batch", () => {
  test("is sent, changed and deleted, and its entries fail alone", async () => {
    const QueueUrl = await freshQueue({ MaximumMessageSize: "1024" });
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "a", MessageBody: "first" },
          { Id: "b", MessageBody: "x".repeat(1025) },
          { Id: "c", MessageBody: "\u0000" },
          { Id: "d", MessageBody: "last", MessageAttributes: { n: { DataType: "Number", StringValue: "1" } } },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "d"]);
    expect(sent.Failed).toEqual([
      {
        Id: "b",
        SenderFault: true,
        Code: "InvalidParameterValue",
        Message: "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
      },
      { Id: "c", SenderFault: true, Code: "InvalidMessageContents", Message: expect.stringContaining("'#x0'") },
    ]);
    const received = await receive(QueueUrl);
    expect(bodies(received)).toEqual(["first", "last"]);
    const entries = received.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    const changed = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...entries.map((entry) => ({ ...entry, VisibilityTimeout: 100 })), { Id: "x", ReceiptHandle: "no", VisibilityTimeout: 1 }] }),
    );
    expect(changed.Successful?.map(({ Id }) => Id)).toEqual(["0", "1"]);
    expect(changed.Failed).toMatchObject([{ Id: "x", Code: "ReceiptHandleIsInvalid", SenderFault: true }]);
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries }));
    expect(deleted).toMatchObject({ Successful: [{ Id: "0" }, { Id: "1" }] });
    expect(deleted.Failed).toBeUndefined();
    expect(await countsOf(QueueUrl)).toEqual([0, 0, 0]);
  });

  test("that is wrong as a whole is refused", async () => {
    const QueueUrl = await freshQueue();
    const batch = (Entries: readonly { Id: string; MessageBody: string }[]) => refusalOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] })));
    const entry = (Id: string, MessageBody = "x") => ({ Id, MessageBody });
    expect(await batch([])).toMatchObject({ name: "EmptyBatchRequest", code: "AWS.SimpleQueueService.EmptyBatchRequest" });
    expect(await batch(Array.from({ length: 20 }, (_, place) => entry(String(place))))).toMatchObject({
      name: "TooManyEntriesInBatchRequest",
      message: "Maximum number of entries per request are 10. You have sent 20.",
    });
    expect(await batch([entry("a b")])).toMatchObject({ name: "InvalidBatchEntryId" });
    expect(await batch([entry("1"), entry("1")])).toMatchObject({ name: "BatchEntryIdsNotDistinct", message: "Id 1 repeated." });
    expect(await batch([entry("1", "x".repeat(1_048_576)), entry("2")])).toMatchObject({
      name: "BatchRequestTooLong",
      message: "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    });
  });
});

test("a purge takes all messages, and is allowed once a minute", async () => {
  const QueueUrl = await freshQueue();
  await send(QueueUrl, "in flight");
  const [{ ReceiptHandle } = {}] = await receive(QueueUrl);
  await send(QueueUrl, "visible");
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "delayed", DelaySeconds: 900 }));
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await countsOf(QueueUrl)).toEqual([0, 0, 0]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  expect(await refusalOf(sqs.send(new PurgeQueueCommand({ QueueUrl })))).toMatchObject({
    name: "PurgeQueueInProgress",
    status: 403,
    message: `Only one PurgeQueue operation on ${QueueUrl.split("/").at(-1)} is allowed every 60 seconds.`,
  });
  await send(QueueUrl, "after");
  expect(bodies(await receive(QueueUrl))).toEqual(["after"]);
});

test("a queue that is gone takes no messages, in its words", async () => {
  const QueueUrl = `${lambent.endpoint}/000000000000/nobody`;
  expect(await refusalOf(send(QueueUrl, "x"))).toEqual({
    name: "QueueDoesNotExist",
    code: "AWS.SimpleQueueService.NonExistentQueue",
    status: 400,
    message: "The specified queue does not exist.",
  });
  expect(await refusalOf(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: {} })))).toMatchObject({ name: "QueueDoesNotExist" });
});
