import { expect, test, vi } from "vitest";
import { type EventsRoom, openEventsRoom } from "../../../test/harness/events-room.ts";
import { ManualClock } from "../../core/clock.ts";
import { isAccountId } from "../../core/context.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";

const queue = "arn:aws:sqs:eu-west-1:000000000000:q";
const rule = "arn:aws:events:eu-west-1:000000000000:rule";
const entry = { Source: "shop", DetailType: "order", Detail: '{"price": 10.0}' };
const other = "111111111111";
if (!isAccountId(other)) throw new Error("not an account");

async function putRule(room: EventsRoom, name: string, pattern: object, { bus, targets = [{ Id: "1", Arn: queue }] }: { bus?: string; targets?: { Id: string; Arn: string; DeadLetterConfig?: { Arn: string } }[] } = {}) {
  await room.call("PutRule", { Name: name, EventPattern: JSON.stringify(pattern), EventBusName: bus });
  await room.call("PutTargets", { Rule: name, EventBusName: bus, Targets: targets });
}

const bodies = async (room: EventsRoom, target = queue): Promise<unknown[]> => (await room.deliveries(target)).map(({ body }) => JSON.parse(body) as unknown);

test("an event goes to every target of every rule that wants it, once each", async () => {
  await using room = await openEventsRoom();
  await putRule(room, "cheap", { detail: { price: [{ numeric: ["<", 100] }] } });
  await putRule(room, "dear", { detail: { price: [{ numeric: [">=", 100] }] } });
  await putRule(room, "all", { source: ["shop"] }, { targets: [{ Id: "1", Arn: queue }, { Id: "2", Arn: "arn:aws:lambda:eu-west-1:000000000000:function:f" }] });
  const { FailedEntryCount, Entries = [] } = await room.call("PutEvents", { Entries: [{ ...entry, Resources: ["a"], Time: new Date("2026-01-02T03:04:05.678Z") }] });
  expect(FailedEntryCount).toBe(0);
  const found = await room.deliveries(queue);
  expect(found.map(({ from }) => from.arn).toSorted()).toEqual([`${rule}/all`, `${rule}/cheap`]);
  const text = `{"version":"0","id":"${Entries[0]?.EventId}","detail-type":"order","source":"shop","account":"000000000000","time":"2026-01-02T03:04:05Z","region":"eu-west-1","resources":["a"],"detail":{"price":10.0}}`;
  expect(found.map(({ body }) => body)).toEqual([text, text]);
  expect(await room.deliveries("arn:aws:lambda:eu-west-1:000000000000:function:f")).toMatchObject([
    { from: { principal: "events.amazonaws.com", account: "000000000000" }, retry: { attempts: 185, maxAgeSeconds: 86_400 } },
  ]);
});

test("entries are taken and refused one by one", async () => {
  await using room = await openEventsRoom();
  const answer = await room.call("PutEvents", {
    Entries: [{ ...entry, Source: undefined }, entry, { ...entry, Detail: "[1]" }, { ...entry, Detail: "{" }, { ...entry, Source: "aws.s3" }, { ...entry, EventBusName: "nobody" }],
  });
  expect(answer.FailedEntryCount).toBe(4);
  expect(answer.Entries).toEqual([
    { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source is not valid. Reason: Source is a required argument." },
    { EventId: expect.any(String) },
    { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
    { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
    { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." },
    { EventId: expect.any(String) },
  ]);
  await expect(room.call("PutEvents", { Entries: [{ ...entry, Detail: `{"a":"${"x".repeat(1_048_576)}"}` }] })).rejects.toThrow("Total size of the entries in the request is over the limit.");
});

test("rules that are disabled, changed or deleted want nothing any more", async () => {
  await using room = await openEventsRoom();
  await putRule(room, "r", { source: ["shop"] });
  const put = async (): Promise<number> => {
    await room.call("PutEvents", { Entries: [entry] });
    return (await room.deliveries(queue)).length;
  };
  expect(await put()).toBe(1);
  await room.call("DisableRule", { Name: "r" });
  expect(await put()).toBe(1);
  await room.call("EnableRule", { Name: "r" });
  expect(await put()).toBe(2);
  await room.call("PutRule", { Name: "r", EventPattern: '{"source":["other"]}' });
  expect(await put()).toBe(2);
  await expect(room.call("DeleteRule", { Name: "r" })).rejects.toThrow("Rule can't be deleted since it has targets.");
  await room.call("RemoveTargets", { Rule: "r", Ids: ["1"] });
  await room.call("DeleteRule", { Name: "r" });
  await expect(room.call("DescribeRule", { Name: "r" })).rejects.toThrow("Rule r does not exist on EventBus default.");
});

test("a target that cannot be reached gets its dead letters with AWS's attributes", async () => {
  await using room = await openEventsRoom();
  await room.call("PutRule", { Name: "r", EventPattern: '{"source":["shop"]}' });
  const dead = "arn:aws:sqs:eu-west-1:000000000000:dead";
  await room.call("PutTargets", {
    Rule: "r",
    Targets: [{ Id: "1", Arn: queue, InputPath: "$.detail", DeadLetterConfig: { Arn: dead }, RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 } }],
  });
  await room.call("PutEvents", { Entries: [entry] });
  const [found] = await room.deliveries(queue);
  expect(found).toMatchObject({
    body: '{"price":10.0}',
    retry: { attempts: 3, maxAgeSeconds: 60 },
    deadLetter: { arn: dead, attributes: { RULE_ARN: { type: "String", value: `${rule}/r` }, TARGET_ARN: { type: "String", value: queue } } },
  });
  expect(JSON.parse(found?.deadLetter?.body ?? "")).toMatchObject({ source: "shop" });
});

test("a rule acts on its schedule, again after each period, and once for what was missed", async () => {
  await using room = await openEventsRoom();
  await room.call("PutRule", { Name: "tick", ScheduleExpression: "rate(5 minutes)" });
  await room.call("PutTargets", { Rule: "tick", Targets: [{ Id: "1", Arn: queue }] });
  room.clock.advance(5 * 60_000);
  await vi.waitFor(async () => expect(await room.deliveries(queue)).toHaveLength(1));
  expect(await bodies(room)).toMatchObject([
    { source: "aws.events", "detail-type": "Scheduled Event", time: "2026-01-31T12:05:00Z", resources: [`${rule}/tick`], detail: {} },
  ]);
  room.clock.advance(60 * 60_000);
  await vi.waitFor(async () => expect(await room.deliveries(queue)).toHaveLength(2));
  room.clock.advance(5 * 60_000);
  await vi.waitFor(async () => expect(await room.deliveries(queue)).toHaveLength(3));
});

test("a schedule that came due while nobody was there acts at the next start", async () => {
  const clock = new ManualClock();
  const store = await openMemoryStore({ clock });
  {
    await using first = await openEventsRoom({ store, clock });
    await first.call("PutRule", { Name: "tick", ScheduleExpression: "cron(0 13 * * ? *)" });
    await first.call("PutTargets", { Rule: "tick", Targets: [{ Id: "1", Arn: queue }] });
  }
  clock.advance(2 * 3_600_000);
  await using second = await openEventsRoom({ store, clock });
  await vi.waitFor(async () => expect(await second.deliveries(queue)).toHaveLength(1));
  await store.close();
});

test("an archive keeps what it is told to, and a replay sends that span again to its rules only", async () => {
  await using room = await openEventsRoom();
  const bus = "arn:aws:events:eu-west-1:000000000000:event-bus/default";
  await room.call("CreateArchive", { ArchiveName: "a", EventSourceArn: bus, EventPattern: '{"source":["shop"]}' });
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
  for (const minute of [1, 2, 3]) await room.call("PutEvents", { Entries: [{ ...entry, Time: at(minute) }, { ...entry, Source: "other", Time: at(minute) }] });
  expect(await room.call("DescribeArchive", { ArchiveName: "a" })).toMatchObject({ EventCount: 3, State: "ENABLED", RetentionDays: 0 });
  await putRule(room, "again", { "replay-name": [{ exists: true }] });
  await putRule(room, "not", { source: ["shop"] }, { targets: [{ Id: "1", Arn: `${queue}2` }] });
  const replay = { EventSourceArn: "arn:aws:events:eu-west-1:000000000000:archive/a", Destination: { Arn: bus, FilterArns: [`${rule}/again`] }, EventStartTime: at(2), EventEndTime: at(3) };
  await room.call("StartReplay", { ReplayName: "r", ...replay });
  await vi.waitFor(async () => expect(await room.call("DescribeReplay", { ReplayName: "r" })).toMatchObject({ State: "COMPLETED", EventLastReplayedTime: at(2) }));
  expect(await bodies(room)).toMatchObject([{ "replay-name": "r", time: "2026-01-01T00:02:00Z" }]);
  expect(await room.deliveries(`${queue}2`)).toHaveLength(0);
  expect(await room.call("DescribeArchive", { ArchiveName: "a" })).toMatchObject({ EventCount: 3 });
  await expect(room.call("StartReplay", { ReplayName: "r", ...replay })).rejects.toThrow("Replay r already exists.");
  await expect(room.call("StartReplay", { ReplayName: "s", ...replay, EventEndTime: at(2) })).rejects.toThrow("EventStartTime must be before EventEndTime.");
});

test("an archive forgets what is older than it is to keep", async () => {
  await using room = await openEventsRoom();
  await room.call("CreateArchive", { ArchiveName: "a", EventSourceArn: "arn:aws:events:eu-west-1:000000000000:event-bus/default", RetentionDays: 2 });
  await room.call("PutEvents", { Entries: [entry] });
  room.clock.advance(36 * 3_600_000);
  await room.call("PutEvents", { Entries: [entry] });
  for (const hours of [12, 24]) {
    room.clock.advance(hours * 3_600_000);
    await vi.waitFor(async () => expect((await room.call("DescribeArchive", { ArchiveName: "a" })).EventCount).toBeLessThanOrEqual(2));
  }
  await vi.waitFor(async () => expect(await room.call("DescribeArchive", { ArchiveName: "a" })).toMatchObject({ EventCount: 1 }));
});

test("events pass from bus to bus as they are, another account's only where its policy allows it", async () => {
  await using room = await openEventsRoom();
  const theirs = { account: other } as const;
  await room.call("CreateEventBus", { Name: "mine" });
  await room.call("CreateEventBus", { Name: "theirs" }, theirs);
  const dead = `${queue}-dead`;
  const ofMine = "arn:aws:events:eu-west-1:000000000000:event-bus/mine";
  const ofTheirs = "arn:aws:events:eu-west-1:111111111111:event-bus/theirs";
  await putRule(room, "on", { source: ["shop"] }, { targets: [{ Id: "1", Arn: ofMine }] });
  await putRule(room, "over", { source: ["shop"] }, { bus: "mine", targets: [{ Id: "1", Arn: ofTheirs, DeadLetterConfig: { Arn: dead } }, { Id: "2", Arn: queue }] });
  await room.call("PutRule", { Name: "r", EventBusName: "theirs", EventPattern: '{"source":["shop"]}' }, theirs);
  await room.call("PutTargets", { Rule: "r", EventBusName: "theirs", Targets: [{ Id: "1", Arn: `${queue}3` }] }, theirs);
  const { Entries: [put] = [] } = await room.call("PutEvents", { Entries: [entry] });
  await vi.waitFor(async () => expect(await bodies(room)).toMatchObject([{ id: put?.EventId, account: "000000000000" }]));
  await vi.waitFor(async () => expect(await room.deliveries(dead)).toMatchObject([{ attributes: { TARGET_ARN: { value: ofTheirs }, ERROR_CODE: { value: "NO_PERMISSIONS" } } }]));
  await room.call("PutPermission", { EventBusName: "theirs", StatementId: "s", Action: "events:PutEvents", Principal: "*" }, theirs);
  const { Entries: [second] = [] } = await room.call("PutEvents", { Entries: [entry] });
  await vi.waitFor(async () => expect(await room.deliveries(`${queue}3`, theirs)).toHaveLength(1));
  expect((await room.deliveries(`${queue}3`, theirs)).map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([{ id: second?.EventId, account: "000000000000" }]);
});

test("another account puts events where it is allowed to", async () => {
  await using room = await openEventsRoom();
  const bus = "arn:aws:events:eu-west-1:000000000000:event-bus/open";
  await room.call("CreateEventBus", { Name: "open" });
  await putRule(room, "r", { account: [other] }, { bus: "open" });
  const put = () => room.call("PutEvents", { Entries: [{ ...entry, EventBusName: bus }] }, { account: other });
  await expect(put()).rejects.toMatchObject({ code: "AccessDeniedException" });
  await room.call("PutPermission", { EventBusName: "open", StatementId: "s", Action: "events:PutEvents", Principal: other });
  await put();
  expect(await room.deliveries(queue)).toHaveLength(1);
  await room.call("RemovePermission", { EventBusName: "open", StatementId: "s" });
  await expect(put()).rejects.toMatchObject({ code: "AccessDeniedException" });
  await expect(room.call("RemovePermission", { EventBusName: "open", StatementId: "s" })).rejects.toThrow("Statement with the provided id does not exist.");
});

test.each([
  ["PutRule", { Name: "r" }, "Parameter(s) EventPattern or ScheduleExpression must be specified."],
  ["PutRule", { Name: "r", ScheduleExpression: "rate(1 minutes)" }, "Parameter ScheduleExpression is not valid."],
  ["PutRule", { Name: "r", ScheduleExpression: "at(2027-01-01T00:00:00)" }, "Parameter ScheduleExpression is not valid."],
  ["PutRule", { Name: "r", EventPattern: "{}", EventBusName: "b" }, "Event pattern is not valid. Reason: Empty objects are not allowed\n at [Source: (String)\"{}\"; line: 1, column: 2]"],
  ["PutRule", { Name: "r", EventPattern: '{"source":["a"]}', EventBusName: "b" }, "Event bus b does not exist."],
  ["DeleteRule", { Name: "r", EventBusName: "b" }, "Event bus b does not exist."],
  ["DeleteEventBus", { Name: "default" }, "Cannot delete event bus default."],
  ["PutTargets", { Rule: "r", Targets: [{ Id: "1", Arn: queue }] }, "Rule r does not exist on EventBus default."],
  ["PutTargets", { Rule: "r", Targets: [{ Id: "1", Arn: `${queue}.fifo` }] }, "Parameter(s) SqsParameters must be specified for target: 1."],
  ["PutTargets", { Rule: "r", Targets: [{ Id: "1", Arn: "arn:aws:kinesis:eu-west-1:000000000000:stream/s" }] }, "nothing is delivered to kinesis yet."],
  ["TestEventPattern", { EventPattern: '{"a":[1]}', Event: '{"a":1}' }, "Parameter Event is not valid."],
  ["DescribeArchive", { ArchiveName: "a" }, "Archive a does not exist."],
  ["DescribeReplay", { ReplayName: "r" }, "Replay r does not exist."],
  ["CreateConnection", { Name: "c", AuthorizationType: "BASIC", AuthParameters: {} }, "CreateConnection"],
] as const)("%s %j is refused", async (operation, input, message) => {
  await using room = await openEventsRoom();
  await expect(room.call(operation, input as never)).rejects.toThrow(message);
});

test("lists come in pages, in order of names", async () => {
  await using room = await openEventsRoom();
  for (const name of ["c", "a", "b"]) {
    await room.call("CreateEventBus", { Name: name });
    await putRule(room, name, { source: ["shop"] });
  }
  const first = await room.call("ListRules", { Limit: 2 });
  expect(first.Rules?.map(({ Name }) => Name)).toEqual(["a", "b"]);
  const second = await room.call("ListRules", { Limit: 2, NextToken: first.NextToken });
  expect([second.Rules?.map(({ Name }) => Name), second.NextToken]).toEqual([["c"], undefined]);
  expect((await room.call("ListEventBuses", { Limit: 3 })).EventBuses?.map(({ Name }) => Name)).toEqual(["a", "b", "c"]);
  expect((await room.call("ListRuleNamesByTarget", { TargetArn: queue })).RuleNames).toEqual(["a", "b", "c"]);
  expect((await room.call("ListTargetsByRule", { Rule: "a" })).Targets).toEqual([{ Id: "1", Arn: queue }]);
});

test("tags of buses and rules", async () => {
  await using room = await openEventsRoom();
  await room.call("CreateEventBus", { Name: "b", Tags: [{ Key: "k", Value: "v" }] });
  const arn = "arn:aws:events:eu-west-1:000000000000:event-bus/b";
  await room.call("TagResource", { ResourceARN: arn, Tags: [{ Key: "l", Value: "w" }] });
  await room.call("UntagResource", { ResourceARN: arn, TagKeys: ["k", "nothing"] });
  expect(await room.call("ListTagsForResource", { ResourceARN: arn })).toEqual({ Tags: [{ Key: "l", Value: "w" }] });
  await expect(room.call("ListTagsForResource", { ResourceARN: `${arn}c` })).rejects.toMatchObject({ code: "ResourceNotFoundException" });
});
