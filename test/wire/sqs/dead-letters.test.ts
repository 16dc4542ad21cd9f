import {
  CancelMessageMoveTaskCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
  type StartMessageMoveTaskCommandInput,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { createQueue, refusalOf, sqsClient } from "../../harness/sqs.ts";

let lambent: TestLambent;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  sqs = sqsClient(lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
let pairs = 0;

/** A queue that gives up after one receive, and where its messages go then. */
async function freshPair(suffix = ""): Promise<{ source: string; dead: string; sourceArn: string; deadArn: string }> {
  const name = `pair${(pairs += 1)}`;
  const [sourceName, deadName] = [`${name}${suffix}`, `${name}-dead${suffix}`];
  const dead = await createQueue(sqs, deadName, suffix === "" ? {} : { ContentBasedDeduplication: "true" });
  const source = await createQueue(sqs, sourceName, {
    VisibilityTimeout: "0",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(deadName), maxReceiveCount: 1 }),
    ...(suffix === "" ? {} : { ContentBasedDeduplication: "true" }),
  });
  return { source, dead, sourceArn: arnOf(sourceName), deadArn: arnOf(deadName) };
}

const receive = async (QueueUrl: string, VisibilityTimeout?: number): Promise<Message[]> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"], VisibilityTimeout }))).Messages ?? [];
const sizeOf = async (QueueUrl: string): Promise<number> =>
  Number((await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }))).Attributes?.ApproximateNumberOfMessages);

describe("a message that is received too often", () => {
  test("goes to the dead-letter queue as it is, and tells where it came from", async () => {
    const { source, dead, sourceArn } = await freshPair();
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl: source, MessageBody: "poison", MessageAttributes: { a: { DataType: "String", StringValue: "b" } } }));
    const [first] = await receive(source);
    expect(await receive(source)).toEqual([]);
    const [message] = await receive(dead);
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: "poison",
      MessageAttributes: { a: { StringValue: "b" } },
      Attributes: { DeadLetterQueueSourceArn: sourceArn, ApproximateReceiveCount: "2", SentTimestamp: first?.Attributes?.SentTimestamp },
    });
  });

  test("lets its group go on in a FIFO queue", async () => {
    const { source, dead } = await freshPair(".fifo");
    for (const MessageBody of ["1", "2"]) await sqs.send(new SendMessageCommand({ QueueUrl: source, MessageBody, MessageGroupId: "g" }));
    const one = async (): Promise<string | undefined> => (await sqs.send(new ReceiveMessageCommand({ QueueUrl: source }))).Messages?.[0]?.Body;
    expect(await one()).toBe("1");
    expect(await one()).toBe("2");
    expect((await receive(dead)).map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([["1", "g"]]);
  });
});

describe("a message move task", () => {
  const start = async (input: StartMessageMoveTaskCommandInput): Promise<string> => (await sqs.send(new StartMessageMoveTaskCommand(input))).TaskHandle ?? "";
  const list = async (SourceArn: string): Promise<readonly ListMessageMoveTasksResultEntry[]> => (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }))).Results ?? [];
  const ended = (SourceArn: string, Status: string) => vi.waitFor(async () => expect((await list(SourceArn))[0]).toMatchObject({ Status }), { timeout: 10_000 });

  /** A pair with so many dead letters. */
  async function bury(count: number) {
    const pair = await freshPair();
    for (let place = 0; place < count; place += 1) {
      await sqs.send(new SendMessageCommand({ QueueUrl: pair.source, MessageBody: `m${place}` }));
      await receive(pair.source, 0);
    }
    await receive(pair.source, 0);
    expect(await sizeOf(pair.dead)).toBe(count);
    return pair;
  }

  test("takes dead letters back to where they came from, as new messages", async () => {
    const pair = await bury(5);
    await start({ SourceArn: pair.deadArn });
    await ended(pair.deadArn, "COMPLETED");
    expect(await list(pair.deadArn)).toEqual([
      {
        Status: "COMPLETED",
        SourceArn: pair.deadArn,
        ApproximateNumberOfMessagesMoved: 5,
        ApproximateNumberOfMessagesToMove: 5,
        StartedTimestamp: expect.any(Number),
      },
    ]);
    const back = await receive(pair.source, 60);
    expect(back.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual(["m0", "m1", "m2", "m3", "m4"].map((body) => [body, "1"]));
    expect(back[0]?.Attributes?.DeadLetterQueueSourceArn).toBeUndefined();
    expect(await sizeOf(pair.dead)).toBe(0);
  });

  test("keeps to its rate, runs alone, and is cancelled", async () => {
    const pair = await bury(8);
    await createQueue(sqs, "elsewhere");
    const handle = await start({ SourceArn: pair.deadArn, DestinationArn: arnOf("elsewhere"), MaxNumberOfMessagesPerSecond: 1 });
    expect(JSON.parse(Buffer.from(handle, "base64").toString())).toEqual({ taskId: expect.any(String), sourceArn: pair.deadArn });
    expect(await refusalOf(start({ SourceArn: pair.deadArn }))).toMatchObject({ code: "InvalidParameterValue", message: expect.stringContaining("There is already a task running.") });
    expect((await list(pair.deadArn))[0]).toMatchObject({ Status: "RUNNING", TaskHandle: handle, DestinationArn: arnOf("elsewhere"), MaxNumberOfMessagesPerSecond: 1 });
    const { ApproximateNumberOfMessagesMoved: moved = 0 } = await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle }));
    expect(moved).toBeLessThan(8);
    await ended(pair.deadArn, "CANCELLED");
    expect((await sizeOf(pair.dead)) + (await sizeOf("elsewhere"))).toBe(8);
    expect(await refusalOf(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle })))).toMatchObject({ name: "ResourceNotFoundException", message: "Task does not exist." });
  });

  test("fails, with the reason, for a message that came from nowhere", async () => {
    const pair = await freshPair();
    await sqs.send(new SendMessageCommand({ QueueUrl: pair.dead, MessageBody: "direct" }));
    await start({ SourceArn: pair.deadArn });
    await ended(pair.deadArn, "FAILED");
    expect((await list(pair.deadArn))[0]?.FailureReason).toBe("CouldNotDetermineMessageSource");
    const [message] = await receive(pair.dead);
    expect(message?.Body).toBe("direct");
    await sqs.send(new DeleteMessageCommand({ QueueUrl: pair.dead, ReceiptHandle: message?.ReceiptHandle }));
  });

  test("is refused for queues that are not there or take no dead letters", async () => {
    const pair = await freshPair();
    expect(await refusalOf(start({ SourceArn: pair.sourceArn }))).toMatchObject({ code: "InvalidParameterValue", message: "Source queue must be configured as a Dead Letter Queue." });
    expect(await refusalOf(start({ SourceArn: arnOf("nobody") }))).toMatchObject({
      name: "ResourceNotFoundException",
      message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    });
    expect(await refusalOf(start({ SourceArn: pair.deadArn, DestinationArn: arnOf("nobody") }))).toMatchObject({
      message: "The resource that you specified for the DestinationArn parameter doesn't exist.",
    });
    expect(await refusalOf(start({ SourceArn: pair.deadArn, MaxNumberOfMessagesPerSecond: 501 }))).toMatchObject({ code: "InvalidParameterValue" });
    expect(await refusalOf(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: "garbage" })))).toMatchObject({ message: "Value for parameter TaskHandle is invalid." });
  });
});
