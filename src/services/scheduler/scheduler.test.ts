import { expect, test, vi } from "vitest";
import { eventsContext } from "../../../test/harness/events-room.ts";
import { ServiceRegistry } from "../../cloud/registry.ts";
import { ManualClock } from "../../core/clock.ts";
import { type Delivery, deliveryLanes } from "../../core/delivery.ts";
import { systemIds } from "../../core/ids.ts";
import { silentLogger } from "../../observe/logger.ts";
import { loadServiceWire } from "../../protocol/service-wire.ts";
import { loadValidator } from "../../protocol/validation/validator.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/store.ts";
import type { SchedulerInput, SchedulerOperation, SchedulerOutput } from "./api.ts";
import { openScheduler } from "./open-scheduler.ts";
import { schedulerService } from "./service.ts";

const queue = "arn:aws:sqs:eu-west-1:000000000000:q";
const RoleArn = "arn:aws:iam::000000000000:role/r";
const target = { Arn: queue, RoleArn };
const off = { Mode: "OFF" } as const;

async function openRoom({ clock = new ManualClock(), store: given }: { clock?: ManualClock; store?: Store } = {}) {
  const store = given ?? (await openMemoryStore({ clock }));
  const opened = openScheduler({ store, clock, ids: systemIds, log: silentLogger });
  const registry = new ServiceRegistry();
  registry.register({
    service: { name: "scheduler", operations: schedulerService(opened.parts) },
    wire: () => loadServiceWire("scheduler"),
    validator: () => loadValidator("scheduler"),
  });
  return {
    clock,
    call: <Operation extends SchedulerOperation>(operation: Operation, input: SchedulerInput<Operation>): Promise<SchedulerOutput<Operation>> =>
      // The table is typed by the client: the operation answers with its output.
      registry.call("scheduler", operation, input, eventsContext) as Promise<never>,
    async deliveries(arn = queue): Promise<Delivery[]> {
      const { account, region } = eventsContext;
      const messages = await store.partition({ account, region, service: "scheduler" }).queues.browse(`${deliveryLanes}${arn}`, { limit: 100 });
      return messages.map(({ value }) => value as Delivery);
    },
    [Symbol.asyncDispose]: async () => {
      await opened.stop();
      if (given === undefined) await store.close();
    },
  };
}

test("a rate acts at once and then after each period, a cron at its times in its zone, until the end", async () => {
  await using room = await openRoom();
  await room.call("CreateSchedule", { Name: "rate", ScheduleExpression: "rate(1 hour)", Target: { ...target, Input: "r" }, FlexibleTimeWindow: off });
  await room.call("CreateSchedule", {
    Name: "cron",
    ScheduleExpression: "cron(0 15 * * ? *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    EndDate: new Date("2026-02-01T00:00:00Z"),
    ActionAfterCompletion: "DELETE",
    Target: { ...target, Input: "c <aws.scheduler.scheduled-time> <aws.scheduler.schedule-arn>" },
    FlexibleTimeWindow: off,
  });
  const bodies = async (): Promise<string[]> => (await room.deliveries()).map(({ body }) => body);
  await vi.waitFor(async () => expect(await bodies()).toEqual(["r"]));
  for (const expected of [2, 4, 5]) {
    room.clock.advance(3_600_000);
    await vi.waitFor(async () => expect(await bodies()).toHaveLength(expected));
  }
  // Berlin's 15:00 is 14:00 UTC.
  expect((await bodies()).filter((body) => body !== "r")).toEqual(["c 2026-01-31T14:00:00Z arn:aws:scheduler:eu-west-1:000000000000:schedule/default/cron"]);
  await expect(room.call("GetSchedule", { Name: "cron" })).rejects.toThrow("Schedule cron does not exist.");
});

test("a one-time schedule that came due while nobody was there acts at the next start, and goes if it is to", async () => {
  const clock = new ManualClock();
  const store = await openMemoryStore({ clock });
  {
    await using first = await openRoom({ store, clock });
    const once = { ScheduleExpression: "at(2026-01-31T13:00:00)", Target: target, FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 30 } } as const;
    await first.call("CreateSchedule", { Name: "gone", ActionAfterCompletion: "DELETE", ...once });
    await first.call("CreateSchedule", { Name: "stays", ...once });
  }
  clock.advance(2 * 3_600_000);
  await using second = await openRoom({ store, clock });
  await vi.waitFor(async () => expect(await second.deliveries()).toHaveLength(2));
  expect((await second.deliveries()).map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { "detail-type": "Scheduled Event", source: "aws.scheduler", time: "2026-01-31T13:00:00Z", detail: "{}" },
    { source: "aws.scheduler" },
  ]);
  expect((await second.call("ListSchedules", {})).Schedules?.map(({ Name }) => Name)).toEqual(["stays"]);
  await store.close();
});

test("targets: any operation of a service, a bus, dead letters", async () => {
  await using room = await openRoom();
  const universal = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage";
  const bus = "arn:aws:events:eu-west-1:000000000000:event-bus/default";
  const now = { ScheduleExpression: "at(2026-01-31T12:00:00)", FlexibleTimeWindow: off };
  await room.call("CreateSchedule", { Name: "u", ...now, Target: { Arn: universal, RoleArn, Input: '{"QueueUrl":"q"}', DeadLetterConfig: { Arn: queue }, RetryPolicy: { MaximumRetryAttempts: 2 } } });
  await room.call("CreateSchedule", { Name: "b", ...now, Target: { Arn: bus, RoleArn, Input: "{}", EventBridgeParameters: { DetailType: "d", Source: "s" } } });
  await vi.waitFor(async () => expect(await room.deliveries(universal)).toHaveLength(1));
  expect(await room.deliveries(universal)).toMatchObject([
    {
      parameters: { service: "sqs", operation: "SendMessage" },
      from: { roleArn: RoleArn, principal: "scheduler.amazonaws.com" },
      retry: { attempts: 2, maxAgeSeconds: 86_400 },
      deadLetter: { arn: queue, body: '{"QueueUrl":"q"}', attributes: { TARGET_ARN: { value: universal } } },
    },
  ]);
  await vi.waitFor(async () => expect(await room.deliveries(bus)).toMatchObject([{ parameters: { detailType: "d", source: "s" }, body: "{}" }]));
});

test("an update replaces everything, a disabled schedule rests, a group takes its schedules along", async () => {
  await using room = await openRoom();
  await room.call("CreateScheduleGroup", { Name: "g", Tags: [{ Key: "k", Value: "v" }] });
  const base = { Name: "s", GroupName: "g", ScheduleExpression: "rate(1 minute)", Target: target, FlexibleTimeWindow: off };
  await room.call("CreateSchedule", { ...base, State: "DISABLED", Description: "d" });
  room.clock.advance(300_000);
  expect(await room.deliveries()).toEqual([]);
  await room.call("UpdateSchedule", { ...base, StartDate: new Date("2026-01-31T13:00:00Z") });
  expect(await room.call("GetSchedule", { Name: "s", GroupName: "g" })).toMatchObject({
    State: "ENABLED",
    Description: undefined,
    ScheduleExpressionTimezone: "UTC",
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    ActionAfterCompletion: "NONE",
  });
  room.clock.advance(3_600_000);
  await vi.waitFor(async () => expect(await room.deliveries()).toHaveLength(1));
  await room.call("DeleteScheduleGroup", { Name: "g" });
  await expect(room.call("GetSchedule", { Name: "s", GroupName: "g" })).rejects.toThrow("Schedule s does not exist.");
  await expect(room.call("GetScheduleGroup", { Name: "g" })).rejects.toMatchObject({ code: "ResourceNotFoundException" });
});

test("a repeated request is the same schedule, another of that name is a conflict", async () => {
  await using room = await openRoom();
  const input = { Name: "s", ScheduleExpression: "rate(1 day)", Target: target, FlexibleTimeWindow: off, ClientToken: "t" };
  expect(await room.call("CreateSchedule", input)).toEqual(await room.call("CreateSchedule", input));
  await expect(room.call("CreateSchedule", { ...input, ClientToken: "u" })).rejects.toMatchObject({ code: "ConflictException", status: 409 });
});

test.each([
  [{ ScheduleExpression: "rate(1 minutes)" }, "Invalid Schedule Expression rate(1 minutes)."],
  [{ ScheduleExpressionTimezone: "Mars" }, "Invalid ScheduleExpressionTimezone Mars."],
  [{ GroupName: "none" }, "Schedule group none does not exist."],
  [{ FlexibleTimeWindow: { Mode: "FLEXIBLE" as const } }, "MaximumWindowInMinutes must be provided"],
  [{ Target: { Arn: "arn:aws:kinesis:eu-west-1:000000000000:stream/s", RoleArn } }, "nothing is delivered to kinesis yet."],
  [{ Target: { Arn: "arn:aws:scheduler:::aws-sdk:sqs:listQueues", RoleArn, Input: "{}" } }, "it only reads"],
  [{ Target: { Arn: "arn:aws:lambda:eu-west-1:000000000000:function:f", RoleArn, Input: "{" } }, "Provided Input must be valid JSON."],
] as const)("%j is refused", async (more, message) => {
  await using room = await openRoom();
  await expect(room.call("CreateSchedule", { Name: "s", ScheduleExpression: "rate(1 day)", Target: target, FlexibleTimeWindow: off, ...more })).rejects.toThrow(message);
});
