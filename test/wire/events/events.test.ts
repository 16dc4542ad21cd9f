// EventBridge through its official clients.
import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListEventBusesCommand,
  ListReplaysCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPartnerEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  StartReplayCommand,
  TagResourceCommand,
  TestEventPatternCommand,
  UntagResourceCommand,
  UpdateArchiveCommand,
  UpdateEventBusCommand,
} from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
let events: EventBridgeClient;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  const client = { endpoint: lambent.endpoint, region: "eu-west-1", credentials: lambent.running.operator, maxAttempts: 1 };
  events = new EventBridgeClient(client);
  sqs = new SQSClient(client);
});
afterAll(async () => {
  events.destroy();
  sqs.destroy();
  await lambent[Symbol.asyncDispose]();
});

test("buses, rules, targets and events through the JavaScript SDK", async () => {
  const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: "shop", Tags: [{ Key: "k", Value: "v" }] }));
  expect(EventBusArn).toBe("arn:aws:events:eu-west-1:000000000000:event-bus/shop");
  expect(await events.send(new DescribeEventBusCommand({ Name: EventBusArn }))).toMatchObject({ Name: "shop", CreationTime: expect.any(Date) });
  expect((await events.send(new ListEventBusesCommand({}))).EventBuses?.map(({ Name }) => Name)).toEqual(["default", "shop"]);
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: "orders", EventBusName: "shop", EventPattern: '{"source":["shop"]}' }));
  expect(RuleArn).toBe("arn:aws:events:eu-west-1:000000000000:rule/shop/orders");
  const target = { Id: "1", Arn: "arn:aws:sqs:eu-west-1:000000000000:q", RetryPolicy: { MaximumRetryAttempts: 1 } };
  expect(await events.send(new PutTargetsCommand({ Rule: "orders", EventBusName: "shop", Targets: [target] }))).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
  expect((await events.send(new ListTargetsByRuleCommand({ Rule: "orders", EventBusName: "shop" }))).Targets).toEqual([target]);
  expect(await events.send(new DescribeRuleCommand({ Name: "orders", EventBusName: "shop" }))).toMatchObject({ State: "ENABLED", CreatedBy: "000000000000", EventPattern: '{"source":["shop"]}' });
  expect((await events.send(new ListRulesCommand({ EventBusName: "shop" }))).Rules).toMatchObject([{ Name: "orders", Arn: RuleArn }]);
  const put = await events.send(new PutEventsCommand({ Entries: [{ Source: "shop", DetailType: "t", Detail: "{}", EventBusName: "shop", Time: new Date() }, { Source: "shop", DetailType: "t" }] }));
  expect(put).toMatchObject({ FailedEntryCount: 1, Entries: [{ EventId: expect.stringMatching(/^[\da-f-]{36}$/) }, { ErrorCode: "InvalidArgument" }] });
  await expect(events.send(new DeleteEventBusCommand({ Name: "shop" }))).rejects.toThrow("Event bus shop can't be deleted since it has rules.");
});

test("errors have AWS's type and words", async () => {
  await expect(events.send(new DescribeRuleCommand({ Name: "none" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Rule none does not exist on EventBus default.",
    $metadata: { httpStatusCode: 400 },
  });
  await expect(events.send(new PutRuleCommand({ Name: "r", EventPattern: '{"source":"shop"}' }))).rejects.toMatchObject({
    name: "InvalidEventPatternException",
    message: expect.stringContaining('Event pattern is not valid. Reason: "source" must be an object or an array'),
  });
  await expect(events.send(new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => ({ Source: "s", DetailType: "t", Detail: "{}" })) }))).rejects.toMatchObject({ name: "ValidationException" });
  await expect(events.send(new PutPartnerEventsCommand({ Entries: [{ Source: "aws.partner/a/b", DetailType: "t", Detail: "{}", Time: new Date() }] }))).rejects.toThrow("PutPartnerEvents");
  await expect(events.send(new CreateArchiveCommand({ ArchiveName: "a", EventSourceArn: "arn:aws:events:eu-west-1:000000000000:event-bus/none" }))).rejects.toThrow("Event bus none does not exist.");
});

const defaultArn = "arn:aws:events:eu-west-1:000000000000:event-bus/default";

/** Bodies of what lies in a queue, once there is something. */
async function received(QueueUrl: string | undefined): Promise<unknown[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = "" }) => JSON.parse(Body) as unknown);
}

test("events reach a queue and a function, as their targets ask for them", async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "orders" }));
  const kept = await sqs.send(new CreateQueueCommand({ QueueName: "handled" }));
  await createFunction(new LambdaClient({ endpoint: lambent.endpoint, region: "eu-west-1", credentials: lambent.running.operator }), "handle", {
    "index.mjs": `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
      export const handler = async (event) => void (await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: JSON.stringify(event) })));`,
  }, { Environment: { Variables: { QUEUE: kept.QueueUrl ?? "" } }, Timeout: 30, MemorySize: 512 });
  await events.send(new PutRuleCommand({ Name: "big", EventPattern: '{"detail":{"price":[{"numeric":[">",100]}]}}' }));
  await events.send(new PutTargetsCommand({
    Rule: "big",
    Targets: [
      { Id: "q", Arn: "arn:aws:sqs:eu-west-1:000000000000:orders", InputTransformer: { InputPathsMap: { price: "$.detail.price" }, InputTemplate: '{"paid": <price>}' } },
      { Id: "f", Arn: "arn:aws:lambda:eu-west-1:000000000000:function:handle" },
    ],
  }));
  const { Entries: [put] = [] } = await events.send(new PutEventsCommand({ Entries: [{ Source: "shop", DetailType: "t", Detail: '{"price": 101.50}' }, { Source: "shop", DetailType: "t", Detail: '{"price": 1}' }] }));
  expect(await received(QueueUrl)).toEqual([{ paid: 101.5 }]);
  expect(await received(kept.QueueUrl)).toMatchObject([{ id: put?.EventId, source: "shop", detail: { price: 101.5 } }]);
  expect((await events.send(new ListRuleNamesByTargetCommand({ TargetArn: "arn:aws:sqs:eu-west-1:000000000000:orders" }))).RuleNames).toEqual(["big"]);
  await events.send(new DisableRuleCommand({ Name: "big" }));
  expect((await events.send(new DescribeRuleCommand({ Name: "big" }))).State).toBe("DISABLED");
  await events.send(new EnableRuleCommand({ Name: "big" }));
  await events.send(new RemoveTargetsCommand({ Rule: "big", Ids: ["q", "f"] }));
  await events.send(new DeleteRuleCommand({ Name: "big" }));
  await expect(events.send(new DescribeRuleCommand({ Name: "big" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
}, 60_000);

test("a bus is changed, permitted, tagged and deleted", async () => {
  const { EventBusArn = "" } = await events.send(new CreateEventBusCommand({ Name: "temporary" }));
  await events.send(new UpdateEventBusCommand({ Name: "temporary", Description: "of a test" }));
  await events.send(new PutPermissionCommand({ EventBusName: "temporary", StatementId: "all", Action: "events:PutEvents", Principal: "111111111111" }));
  const { Policy = "", Description } = await events.send(new DescribeEventBusCommand({ Name: "temporary" }));
  expect(Description).toBe("of a test");
  expect(JSON.parse(Policy)).toEqual({
    Version: "2012-10-17",
    Statement: [{ Sid: "all", Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "events:PutEvents", Resource: EventBusArn }],
  });
  await events.send(new RemovePermissionCommand({ EventBusName: "temporary", StatementId: "all" }));
  expect((await events.send(new DescribeEventBusCommand({ Name: "temporary" }))).Policy).toBeUndefined();
  await events.send(new TagResourceCommand({ ResourceARN: EventBusArn, Tags: [{ Key: "a", Value: "1" }, { Key: "b", Value: "2" }] }));
  await events.send(new UntagResourceCommand({ ResourceARN: EventBusArn, TagKeys: ["a"] }));
  expect((await events.send(new ListTagsForResourceCommand({ ResourceARN: EventBusArn }))).Tags).toEqual([{ Key: "b", Value: "2" }]);
  await events.send(new DeleteEventBusCommand({ Name: "temporary" }));
  await expect(events.send(new DescribeEventBusCommand({ Name: "temporary" }))).rejects.toThrow("Event bus temporary does not exist.");
});

test("what an archive keeps is replayed", async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "replayed" }));
  await events.send(new CreateArchiveCommand({ ArchiveName: "kept", EventSourceArn: defaultArn }));
  await events.send(new UpdateArchiveCommand({ ArchiveName: "kept", Description: "d", RetentionDays: 7 }));
  await events.send(new PutEventsCommand({ Entries: [{ Source: "past", DetailType: "t", Detail: "{}" }] }));
  expect(await events.send(new DescribeArchiveCommand({ ArchiveName: "kept" }))).toMatchObject({ EventCount: 1, RetentionDays: 7, Description: "d" });
  expect((await events.send(new ListArchivesCommand({ EventSourceArn: defaultArn }))).Archives).toMatchObject([{ ArchiveName: "kept", EventCount: 1 }]);
  await events.send(new PutRuleCommand({ Name: "later", EventPattern: '{"source":["past"]}' }));
  await events.send(new PutTargetsCommand({ Rule: "later", Targets: [{ Id: "1", Arn: "arn:aws:sqs:eu-west-1:000000000000:replayed" }] }));
  const span = { EventStartTime: new Date(Date.now() - 60_000), EventEndTime: new Date(Date.now() + 60_000) };
  const replay = { EventSourceArn: "arn:aws:events:eu-west-1:000000000000:archive/kept", Destination: { Arn: defaultArn }, ...span };
  expect(await events.send(new StartReplayCommand({ ReplayName: "again", ...replay }))).toMatchObject({ State: "STARTING" });
  expect(await received(QueueUrl)).toMatchObject([{ source: "past", "replay-name": "again" }]);
  await vi.waitFor(async () => expect(await events.send(new DescribeReplayCommand({ ReplayName: "again" }))).toMatchObject({ State: "COMPLETED" }));
  expect((await events.send(new ListReplaysCommand({ NamePrefix: "ag" }))).Replays).toMatchObject([{ ReplayName: "again", State: "COMPLETED" }]);
  await expect(events.send(new CancelReplayCommand({ ReplayName: "again" }))).rejects.toMatchObject({ name: "IllegalStatusException" });
  await events.send(new DeleteArchiveCommand({ ArchiveName: "kept" }));
  await expect(events.send(new DescribeArchiveCommand({ ArchiveName: "kept" }))).rejects.toThrow("Archive kept does not exist.");
});

test("a pattern is tried", async () => {
  const Event = '{"id":"1","account":"1","source":"shop","time":"2026-01-01T00:00:00Z","region":"r","resources":[],"detail-type":"t"}';
  expect((await events.send(new TestEventPatternCommand({ Event, EventPattern: '{"source":[{"prefix":"sh"}]}' }))).Result).toBe(true);
  expect((await events.send(new TestEventPatternCommand({ Event, EventPattern: '{"source":["other"]}' }))).Result).toBe(false);
});

test.skipIf(!isInstalled("aws", "--version"))("the AWS CLI puts a rule and events", { timeout: 60_000 }, async () => {
  const aws = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await run("aws", ["events", ...args, "--output", "json"], lambent.environment);
    return JSON.parse(stdout) as unknown;
  };
  expect(await aws("put-rule", "--name", "cli", "--schedule-expression", "rate(5 minutes)")).toEqual({ RuleArn: "arn:aws:events:us-east-1:000000000000:rule/cli" });
  expect(await aws("list-rules", "--name-prefix", "cli")).toMatchObject({ Rules: [{ Name: "cli", ScheduleExpression: "rate(5 minutes)", State: "ENABLED" }] });
  expect(await aws("put-events", "--entries", '[{"Source":"s","DetailType":"t","Detail":"{}"}]')).toMatchObject({ FailedEntryCount: 0 });
});
