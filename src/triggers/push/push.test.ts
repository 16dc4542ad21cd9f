// Deliveries over a scripted Cloud, a store in memory and a clock that stands still: what all targets share.
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, CallContext, Region } from "../../core/context.ts";
import { sendDelivery, type Delivery } from "../../core/delivery.ts";
import { Fault } from "../../core/faults.ts";
import { systemIds } from "../../core/ids.ts";
import { silentLogger } from "../../observe/logger.ts";
import { DeadEnds } from "../../store/dead-ends.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import { settle } from "../../../test/harness/engine.ts";
import { openPush } from "./push.ts";
import { pushTargets } from "./targets.ts";

const [account, region] = ["123456789012" as AccountId, "eu-west-1" as Region];
const queue = `arn:aws:sqs:${region}:${account}:q`;
const deadQueue = `arn:aws:sqs:${region}:${account}:dead`;
const topic = `arn:aws:sns:${region}:${account}:t`;
const bus = `arn:aws:events:us-east-1:${account}:event-bus/b`;
const fn = `arn:aws:lambda:${region}:${account}:function:f:live`;
const rule = `arn:aws:events:${region}:${account}:rule/r`;

const from = { principal: "events.amazonaws.com", arn: rule, account, region } as const;
const retry = { attempts: 2, maxAgeSeconds: 3_600, schedule: "exponential" } as const;
const to = (target: string, more: Partial<Delivery> = {}): Delivery => ({ target, body: '{"a":1}', from, retry, ...more });
const refused = (status: number, code = "Refused"): Fault => new Fault({ code, status, message: "no" });

test("every kind of target gets its call, in its region, on behalf of the service", async () => {
  await using room = await openRoom();
  await room.send(
    to(queue, { attributes: { A: { type: "Number", value: "1" } }, trace: "Root=1-0" }),
    to(`${queue}.fifo`, { parameters: { messageGroupId: "g", deduplicationId: "d" } }),
    to(topic, { parameters: { subject: "s" } }),
    to(bus, { parameters: { source: "lambda", detailType: "d", resources: [fn], time: "2026-01-31T12:00:00.000Z" } }),
    to(fn),
    to("arn:aws:scheduler:::aws-sdk:sqs:purgeQueue", { body: '{"QueueUrl":"u"}', parameters: { service: "sqs", operation: "PurgeQueue" } }),
  );
  await settle();
  expect(room.calls.map(({ service, operation, input }) => [service, operation, input])).toEqual(
    expect.arrayContaining([
      ["sqs", "SendMessage", {
        QueueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/q`, MessageBody: '{"a":1}',
        MessageAttributes: { A: { DataType: "Number", StringValue: "1" } },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-0" } },
      }],
      ["sqs", "SendMessage", { QueueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/q.fifo`, MessageBody: '{"a":1}', MessageGroupId: "g", MessageDeduplicationId: "d" }],
      ["sns", "Publish", { TopicArn: topic, Message: '{"a":1}', Subject: "s" }],
      ["events", "PutEvents", { Entries: [{ EventBusName: bus, Source: "lambda", DetailType: "d", Detail: '{"a":1}', Resources: [fn], Time: new Date("2026-01-31T12:00:00.000Z") }] }],
      ["lambda", "Invoke", { FunctionName: fn, InvocationType: "Event", Payload: Buffer.from('{"a":1}') }],
      ["sqs", "PurgeQueue", { QueueUrl: "u" }],
    ]),
  );
  expect(room.calls.find(({ service }) => service === "events")?.context).toMatchObject({
    account, region: "us-east-1", principal: { kind: "service", service: "events.amazonaws.com" }, sourceArn: rule, sourceAccount: account,
  });
  expect(await room.left()).toEqual([]);
});

test("with a role it is the role that calls", async () => {
  await using room = await openRoom();
  const roleArn = `arn:aws:iam::${account}:role/r`;
  await room.send(to(queue, { from: { ...from, arn: `arn:aws:lambda:${region}:${account}:function:f`, roleArn } }));
  await settle();
  expect(room.calls[0]?.context.principal).toMatchObject({ kind: "role", roleArn, sessionName: "f" });
});

test("what passes is tried again, longer apart each time, and then goes to the dead-letter queue with what went wrong", async () => {
  await using room = await openRoom();
  room.answer = ({ input }) => {
    if (JSON.stringify(input).includes("/q")) throw refused(500, "InternalError");
    return {};
  };
  const tells = { code: "ERROR_CODE", message: "ERROR_MESSAGE", condition: "EXHAUSTED_RETRY_CONDITION", attempts: "RETRY_ATTEMPTS" };
  const attributes = { RULE_ARN: { type: "String", value: rule } };
  await room.send(to(queue, { deadLetter: { arn: deadQueue, body: "original", attributes, tells } }));
  await settle();
  for (const [tries, afterMs] of [[1, 999], [2, 1], [2, 1_999], [3, 1]] as const) {
    room.clock.advance(afterMs);
    await settle();
    expect(room.calls.filter(({ input }) => JSON.stringify(input).includes("/q"))).toHaveLength(tries);
  }
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  expect(room.calls.at(-1)?.input).toMatchObject({
    MessageBody: "original",
    MessageAttributes: {
      RULE_ARN: text(rule), ERROR_CODE: text("ERROR_FROM_TARGET"), ERROR_MESSAGE: text("no"),
      EXHAUSTED_RETRY_CONDITION: text("MaximumRetryAttempts"), RETRY_ATTEMPTS: text("2"),
    },
  });
  expect(await room.left()).toEqual([]);
  expect(await room.deadEnds.list(room.partition, 10)).toMatchObject([{ reason: "MaximumRetryAttempts", queue: `push:${queue}`, deadLetteredTo: [deadQueue] }]);
});

test("what is too old is given up before its retries are used up", async () => {
  await using room = await openRoom();
  room.answer = () => {
    throw refused(429, "Throttling");
  };
  await room.send(to(queue, { retry: { ...retry, maxAgeSeconds: 1 } }));
  await settle();
  room.clock.advance(1_000);
  await settle();
  expect(room.calls).toHaveLength(2);
  expect(await room.deadEnds.list(room.partition, 10)).toMatchObject([{ reason: "MaximumEventAgeInSeconds" }]);
});

test.each([refused(400), refused(403, "AccessDeniedException"), refused(404, "QueueDoesNotExist"), refused(501, "NotImplementedException")])(
  "what no retry heals is given up at once: $code",
  async (fault) => {
    await using room = await openRoom();
    room.answer = ({ input }) => {
      if (JSON.stringify(input).includes("/q")) throw fault;
      return {};
    };
    await room.send(to(queue, { deadLetter: { arn: deadQueue } }));
    await settle();
    expect(room.calls.map(({ input }) => Reflect.get(input, "MessageBody"))).toEqual(['{"a":1}', '{"a":1}']);
    expect(await room.deadEnds.list(room.partition, 10)).toMatchObject([{ reason: "DeliveryRefused", message: `${fault.code}: no`, deadLetteredTo: [deadQueue] }]);
  },
);

test("an entry that a bus refuses is a failure though the call succeeds", async () => {
  await using room = await openRoom();
  room.answer = () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." }] });
  await room.send(to(bus));
  await settle();
  expect(await room.deadEnds.list(room.partition, 10)).toMatchObject([{ reason: "DeliveryRefused", message: "MalformedDetail: Detail is malformed." }]);
});

test("a target that nothing delivers to ends with a record", async () => {
  await using room = await openRoom();
  await room.send(to("arn:aws:dynamodb:eu-west-1:123456789012:table/t"), to("nowhere"));
  await settle();
  expect(room.calls).toEqual([]);
  expect(await room.deadEnds.list(room.partition, 10)).toHaveLength(2);
});

test("one target that hangs holds back no other; a group waits for its first", async () => {
  await using room = await openRoom();
  const { promise: never } = Promise.withResolvers<object>();
  room.answer = ({ service }) => (service === "sns" ? never : {});
  const group = (place: number) => to(`${queue}.fifo`, { body: String(place), parameters: { messageGroupId: "g" } });
  await room.send(...Array.from({ length: 50 }, () => to(topic)), ...Array.from({ length: 20 }, (_, place) => group(place)));
  for (let turn = 0; turn < 30; turn += 1) await settle();
  expect(room.calls.filter(({ service }) => service === "sqs").map(({ input }) => Reflect.get(input, "MessageBody"))).toEqual(Array.from({ length: 20 }, (_, place) => String(place)));
});

test("what was sent before the start, or not delivered at the stop, is delivered after the next start; a replay is a new try", async () => {
  await using room = await openRoom({ starts: false });
  await room.send(to(queue));
  room.push.start();
  await settle();
  expect(room.calls).toHaveLength(1);
  room.answer = () => {
    throw refused(400);
  };
  await room.send(to(queue, { body: "again" }));
  await settle();
  const [deadEnd] = await room.deadEnds.list(room.partition, 10);
  room.answer = () => ({});
  await room.deadEnds.replay(room.partition, deadEnd?.id ?? "");
  await settle();
  expect(room.calls.map(({ input }) => Reflect.get(input, "MessageBody"))).toEqual(['{"a":1}', "again", "again"]);
  expect(await room.left()).toEqual([]);
});

interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly context: CallContext;
}

async function openRoom({ starts = true } = {}) {
  const clock = new ManualClock();
  const store = await openMemoryStore({ clock });
  const partition = store.partition({ account, region, service: "events" });
  const calls: Call[] = [];
  const deadEnds = new DeadEnds(clock);
  const cloud = {
    call: async (service: string, operation: string, input: object, context: CallContext): Promise<object> => {
      const call = { service, operation, input, context };
      calls.push(call);
      return room.answer(call);
    },
  };
  const push = openPush({ store, cloud, targets: pushTargets, deadEnds, clock, ids: systemIds, log: silentLogger, delayPercent: 100 });
  if (starts) push.start();
  onTestFinished(() => void push.stop());
  const room = {
    clock, partition, calls, deadEnds, push,
    answer: (_call: Call): object | Promise<object> => ({}),
    send: (...deliveries: Delivery[]) => partition.commit(deliveries.map((delivery) => sendDelivery(systemIds.uuid(), delivery))),
    left: () => partition.queues.names({ prefix: "push:", holding: true }),
    [Symbol.asyncDispose]: () => store.close(),
  };
  return room;
}
