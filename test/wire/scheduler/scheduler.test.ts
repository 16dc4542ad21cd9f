// EventBridge Scheduler through its official clients.
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
let scheduler: SchedulerClient;
let sqs: SQSClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  const client = { endpoint: lambent.endpoint, region: "us-east-1", credentials: lambent.running.operator, maxAttempts: 1 };
  [scheduler, sqs] = [new SchedulerClient(client), new SQSClient(client)];
});
afterAll(async () => {
  scheduler.destroy();
  sqs.destroy();
  await lambent[Symbol.asyncDispose]();
});

const RoleArn = "arn:aws:iam::000000000000:role/r";
const off = { Mode: "OFF" } as const;

test("a schedule sends to a queue, as a target and by SQS's own operation", async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "q" }));
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand({ Name: "direct", ScheduleExpression: "rate(1 hour)", FlexibleTimeWindow: off, Target: { Arn: "arn:aws:sqs:us-east-1:000000000000:q", RoleArn, Input: "direct" } }));
  expect(ScheduleArn).toBe("arn:aws:scheduler:us-east-1:000000000000:schedule/default/direct");
  await scheduler.send(new CreateScheduleCommand({ Name: "universal", ScheduleExpression: "rate(1 hour)", FlexibleTimeWindow: off, Target: { Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", RoleArn, Input: JSON.stringify({ QueueUrl, MessageBody: "universal" }) } }));
  const bodies = new Set<string | undefined>();
  while (bodies.size < 2) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) throw new Error(`only ${[...bodies].join()} came`);
    for (const { Body } of Messages) bodies.add(Body);
  }
  expect(bodies).toEqual(new Set(["direct", "universal"]));
});

test("schedules and groups are made, read, changed, listed, tagged and deleted", async () => {
  const { ScheduleGroupArn } = await scheduler.send(new CreateScheduleGroupCommand({ Name: "g", Tags: [{ Key: "a", Value: "1" }] }));
  await scheduler.send(new TagResourceCommand({ ResourceArn: ScheduleGroupArn, Tags: [{ Key: "b", Value: "2" }] }));
  await scheduler.send(new UntagResourceCommand({ ResourceArn: ScheduleGroupArn, TagKeys: ["a"] }));
  expect((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn: ScheduleGroupArn }))).Tags).toEqual([{ Key: "b", Value: "2" }]);
  expect(await scheduler.send(new GetScheduleGroupCommand({ Name: "g" }))).toMatchObject({ Arn: ScheduleGroupArn, State: "ACTIVE", CreationDate: expect.any(Date) });
  expect((await scheduler.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name)).toEqual(["default", "g"]);
  const schedule = { Name: "s", GroupName: "g", ScheduleExpression: "cron(0 12 * * ? *)", ScheduleExpressionTimezone: "Europe/Paris", FlexibleTimeWindow: off, Target: { Arn: "arn:aws:lambda:us-east-1:000000000000:function:f", RoleArn, Input: "{}" } };
  await scheduler.send(new CreateScheduleCommand(schedule));
  await scheduler.send(new UpdateScheduleCommand({ ...schedule, State: "DISABLED", FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 } }));
  expect(await scheduler.send(new GetScheduleCommand({ Name: "s", GroupName: "g" }))).toMatchObject({
    State: "DISABLED",
    ScheduleExpressionTimezone: "Europe/Paris",
    FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 },
    Target: { Input: "{}", RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
  expect((await scheduler.send(new ListSchedulesCommand({ GroupName: "g", State: "DISABLED" }))).Schedules).toMatchObject([{ Name: "s", GroupName: "g", Target: { Arn: schedule.Target.Arn } }]);
  await scheduler.send(new DeleteScheduleCommand({ Name: "s", GroupName: "g" }));
  await expect(scheduler.send(new GetScheduleCommand({ Name: "s", GroupName: "g" }))).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "Schedule s does not exist.", $metadata: { httpStatusCode: 404 } });
  await scheduler.send(new DeleteScheduleGroupCommand({ Name: "g" }));
  await expect(scheduler.send(new GetScheduleGroupCommand({ Name: "g" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test.skipIf(!isInstalled("aws", "--version"))("the AWS CLI makes a schedule", { timeout: 60_000 }, async () => {
  const aws = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await run("aws", ["scheduler", ...args, "--output", "json"], lambent.environment);
    return JSON.parse(stdout) as unknown;
  };
  const target = JSON.stringify({ Arn: "arn:aws:sqs:us-east-1:000000000000:q", RoleArn });
  expect(await aws("create-schedule", "--name", "cli", "--schedule-expression", "at(2099-01-01T00:00:00)", "--flexible-time-window", "Mode=OFF", "--target", target)).toEqual({
    ScheduleArn: "arn:aws:scheduler:us-east-1:000000000000:schedule/default/cli",
  });
  expect(await aws("get-schedule", "--name", "cli")).toMatchObject({ Name: "cli", State: "ENABLED", ScheduleExpression: "at(2099-01-01T00:00:00)" });
});
