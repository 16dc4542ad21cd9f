// From a queue to a function, through official clients: batches, filters, partial failures, windows, order, changes.
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  const client = { endpoint: lambent.endpoint, region: "eu-west-1", credentials: lambent.running.operator, maxAttempts: 1 };
  [lambda, sqs] = [new LambdaClient(client), new SQSClient(client)];
});
afterAll(async () => {
  sqs.destroy();
  lambda.destroy();
  await lambent[Symbol.asyncDispose]();
});

const arnOf = (queue: string): string => `arn:aws:sqs:eu-west-1:000000000000:${queue}`;
const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
const send = (QueueUrl: string, MessageBody: string, group?: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: MessageBody }) }));

/** A function that does `body` and then tells the queue `seen` of its event. */
async function observe(name: string, body = ""): Promise<string> {
  const seen = await createQueue(`${name}-seen`);
  const source = `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
    const sqs = new SQSClient({});
    export const handler = async (event) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: process.env.SEEN, MessageBody: JSON.stringify({ ...event, at: performance.timeOrigin + performance.now() }) }));
      ${body}
    };`;
  await createFunction(lambda, name, { "index.mjs": source }, { Environment: { Variables: { SEEN: seen } }, Timeout: 10, MemorySize: 512 });
  return seen;
}

interface SeenRecord {
  readonly body: string;
  readonly messageId: string;
}

interface SeenEvent {
  readonly Records: readonly SeenRecord[];
  /** Milliseconds; when the function had it. */
  readonly at: number;
}

/** In the order had: events that the function had, until there are records of so many of them. */
async function seenIn(QueueUrl: string, records: number): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = [];
  while (events.reduce((sum, { Records }) => sum + Records.length, 0) < records) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) throw new Error(`only ${JSON.stringify(events)} was seen`);
    events.push(...Messages.map(({ Body = "" }) => JSON.parse(Body) as SeenEvent));
  }
  return events.toSorted((a, b) => a.at - b.at);
}

async function map(name: string, more: Partial<CreateEventSourceMappingCommandInput> = {}): Promise<string> {
  const { UUID = "" } = await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn: arnOf(`${name}${more.EventSourceArn ?? ""}`), ...more, ...(more.EventSourceArn === undefined ? {} : { EventSourceArn: arnOf(more.EventSourceArn) }) }));
  await inState(UUID, "Enabled");
  return UUID;
}

const inState = (UUID: string, State: string) =>
  vi.waitFor(async () => expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ State }), { timeout: 10_000 });

/** Of a queue: how many wait, and how many are in flight. */
async function left(QueueUrl: string): Promise<readonly number[]> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.map((name) => Number(Attributes[name]));
}

test("a message reaches the function in AWS's form, and is gone afterwards", { timeout: 30_000 }, async () => {
  const queue = await createQueue("plain");
  const seen = await observe("plain");
  const UUID = await map("plain");
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: "hé", MessageAttributes: { n: { DataType: "Number", StringValue: "1" }, b: { DataType: "Binary", BinaryValue: Buffer.from("x") } } }));
  const [event] = await seenIn(seen, 1);
  expect(event).toEqual({
    at: expect.any(Number),
    Records: [
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: "hé",
        attributes: { ApproximateReceiveCount: "1", SentTimestamp: expect.stringMatching(/^\d{13}$/), SenderId: expect.any(String), ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) },
        messageAttributes: {
          n: { stringValue: "1", stringListValues: [], binaryListValues: [], dataType: "Number" },
          b: { binaryValue: "eA==", stringListValues: [], binaryListValues: [], dataType: "Binary" },
        },
        md5OfMessageAttributes: expect.stringMatching(/^[\da-f]{32}$/),
        md5OfBody: expect.stringMatching(/^[\da-f]{32}$/),
        eventSource: "aws:sqs",
        eventSourceARN: arnOf("plain"),
        awsRegion: "eu-west-1",
      },
    ],
  });
  await vi.waitFor(async () => expect(await left(queue)).toEqual([0, 0]));
  expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ LastProcessingResult: "OK" });
});

test("what no filter wants goes without the function, and a window fills the batch", { timeout: 30_000 }, async () => {
  const queue = await createQueue("filtered");
  const seen = await observe("filtered");
  for (const body of ['{"kind":"a","n":1}', '{"kind":"b"}', "text", '{"kind":"a","n":2}']) await send(queue, body);
  await map("filtered", { BatchSize: 20, MaximumBatchingWindowInSeconds: 1, FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["a"]}}' }] } });
  const events = await seenIn(seen, 2);
  expect(events.flatMap(({ Records }) => Records.map(({ body }) => body)).toSorted()).toEqual(['{"kind":"a","n":1}', '{"kind":"a","n":2}']);
  await vi.waitFor(async () => expect(await left(queue)).toEqual([0, 0]));
});

test("only what the function reports as failed comes back, and ends in the dead-letter queue", { timeout: 30_000 }, async () => {
  const dead = await createQueue("partly-dead");
  const queue = await createQueue("partly", { VisibilityTimeout: "10", RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("partly-dead"), maxReceiveCount: 1 }) });
  const seen = await observe("partly", "return { batchItemFailures: event.Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };");
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: ["good", "bad", "fine"].map((MessageBody, place) => ({ Id: `${place}`, MessageBody })) }));
  await map("partly", { FunctionResponseTypes: ["ReportBatchItemFailures"] });
  expect((await seenIn(seen, 3)).flatMap(({ Records }) => Records.map(({ body }) => body)).toSorted()).toEqual(["bad", "fine", "good"]);
  await vi.waitFor(async () => expect(await left(queue)).toEqual([0, 1]));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 20 }));
  expect(Messages).toMatchObject([{ Body: "bad" }]);
});

test("a function that fails leaves the whole batch to come back", { timeout: 30_000 }, async () => {
  const dead = await createQueue("failing-dead");
  const queue = await createQueue("failing", { VisibilityTimeout: "10", RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("failing-dead"), maxReceiveCount: 1 }) });
  const seen = await observe("failing", "throw new Error('no');");
  const UUID = await map("failing");
  await send(queue, "m");
  await seenIn(seen, 1);
  await vi.waitFor(async () => expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ LastProcessingResult: "PROBLEM: Function call failed" }));
  expect(await left(queue)).toEqual([0, 1]);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 20 }));
  expect(Messages).toMatchObject([{ Body: "m" }]);
});

test("groups of a FIFO queue keep their order", { timeout: 30_000 }, async () => {
  const queue = await createQueue("ordered.fifo", { FifoQueue: "true" });
  const seen = await observe("ordered");
  for (let n = 0; n < 12; n += 1) for (const group of ["a", "b"]) await send(queue, `${group}${n}`, group);
  await map("ordered", { EventSourceArn: "ordered.fifo" });
  const bodies = (await seenIn(seen, 24)).flatMap(({ Records }) => Records.map(({ body }) => body));
  await vi.waitFor(async () => expect(await left(queue)).toEqual([0, 0]));
  for (const group of ["a", "b"])
    expect(bodies.filter((body) => body.startsWith(group))).toEqual(Array.from({ length: 12 }, (_, n) => `${group}${n}`));
});

test("disabled, changed and deleted while it runs", { timeout: 30_000 }, async () => {
  const queue = await createQueue("changed");
  const seen = await observe("changed");
  const UUID = await map("changed");
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await inState(UUID, "Disabled");
  await send(queue, "while disabled");
  expect(await left(queue)).toEqual([1, 0]);
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true, FilterCriteria: { Filters: [{ Pattern: '{"body":["while disabled","x"]}' }] } }));
  expect((await seenIn(seen, 1)).flatMap(({ Records }) => Records.map(({ body }) => body))).toEqual(["while disabled"]);
  await inState(UUID, "Enabled");
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  await vi.waitFor(async () => expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({ name: "ResourceNotFoundException" }));
  await send(queue, "after");
  expect(await left(queue)).toEqual([1, 0]);
});
