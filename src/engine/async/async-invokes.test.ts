// Asynchronous invokes over a scripted engine, a store in memory and a clock that stands still.
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { Delivery } from "../../core/delivery.ts";
import { Fault } from "../../core/faults.ts";
import { systemIds, type RequestId } from "../../core/ids.ts";
import type { EventInvokeConfigRecord } from "../../functions/event-invoke-config.ts";
import { silentLogger } from "../../observe/logger.ts";
import { DeadEnds } from "../../store/dead-ends.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/store.ts";
import { functionId, functionVersion, settle, TestCatalog } from "../../../test/harness/engine.ts";
import { recursiveInvocation, tooManyRequests } from "../faults.ts";
import type { InvokeOutcome, InvokeRequest } from "../engine.ts";
import { openAsyncInvokes, type AsyncInvokes } from "./async-invokes.ts";

const queue = "arn:aws:sqs:eu-west-1:123456789012:q";
const topic = "arn:aws:sns:eu-west-1:123456789012:t";
const bus = "arn:aws:events:eu-west-1:123456789012:event-bus/default";
const minuteMs = 60_000;

test("runs an event once, with the id that the caller got, and forgets it", async () => {
  await using room = await openRoom();
  await room.accept("f", { payload: '{"a":1}', requestId: "r-1" });
  await room.until(() => room.invoked.length === 1);
  await settle();
  expect(room.invoked).toMatchObject([{ function: functionId("f"), requestId: "r-1", qualifier: undefined, clientContext: undefined }]);
  expect(room.invoked[0]?.trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
  expect(await room.waiting()).toEqual([]);
  expect(await room.sent()).toEqual([]);
});

test("tries again a minute and then two minutes after a failure, with the same id and trace, and then drops it", async () => {
  await using room = await openRoom({ deadLetterArn: queue });
  room.run = () => failed("boom");
  await room.accept("f", { payload: '{"n":12345678901234567890}', requestId: "r-1" });
  await room.until(() => room.invoked.length === 1);
  await settle();
  room.clock.advance(minuteMs - 1);
  await settle();
  expect(room.invoked).toHaveLength(1);
  room.clock.advance(1);
  await room.until(() => room.invoked.length === 2);
  await settle();
  room.clock.advance(2 * minuteMs);
  await room.until(() => room.invoked.length === 3);
  await settle();
  expect(new Set(room.invoked.map(({ requestId, trace }) => `${requestId} ${trace}`)).size).toBe(1);
  expect(await room.waiting()).toEqual([]);
  expect(await room.sent()).toMatchObject([
    {
      target: queue,
      body: '{"n":12345678901234567890}',
      attributes: {
        RequestID: { type: "String", value: "r-1" },
        ErrorCode: { type: "Number", value: "200" },
        ErrorMessage: { type: "String", value: "boom" },
      },
      from: { principal: "lambda.amazonaws.com", roleArn: "arn:aws:iam::123456789012:role/r" },
    },
  ]);
  expect(await room.dropped()).toMatchObject([{ id: "r-1", reason: "RetriesExhausted", message: "boom", deadLetteredTo: [queue] }]);
});

test.each(["not json", "", '{"errorMessage":{"not":"text"}}', `{"errorMessage":"${"x".repeat(5_000)}"}`])("an error of any form is told of: %j", async (payload) => {
  await using room = await openRoom({ deadLetterArn: queue }, { maximumRetryAttempts: 0, destinations: { onSuccess: undefined, onFailure: topic } });
  room.run = () => ({ ...failed(""), payload: Buffer.from(payload) });
  await room.accept("f");
  await room.until(() => room.invoked.length === 1);
  await settle();
  const [dead, record] = await room.sent();
  const isJson = payload.startsWith("{");
  expect(JSON.parse(record?.body ?? "")).toMatchObject({ responsePayload: isJson ? JSON.parse(payload) : payload === "" ? null : payload });
  const message = (dead as unknown as Delivery).attributes?.["ErrorMessage"]?.value ?? "";
  expect(message.length).toBeGreaterThan(0);
  expect(message.length).toBeLessThanOrEqual(1_024);
});

test("sends a record of what was handled, with payloads as they were", async () => {
  await using room = await openRoom({}, { destinations: { onSuccess: bus, onFailure: undefined } });
  room.run = () => ran("[1.0]");
  await room.accept("f", { payload: '{"a":1.50}', requestId: "r-1" });
  await room.until(() => room.invoked.length === 1);
  await settle();
  const [delivery] = await room.sent();
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST";
  expect(delivery).toMatchObject({
    target: bus,
    parameters: { source: "lambda", detailType: "Lambda Function Invocation Result - Success", resources: [bus, arn] },
  });
  expect(delivery?.body).toBe(
    `{"version":"1.0","timestamp":"${new Date(room.clock.now()).toISOString()}",` +
      `"requestContext":{"requestId":"r-1","functionArn":"${arn}","condition":"Success","approximateInvokeCount":1},` +
      `"requestPayload":{"a":1.50},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":[1.0]}`,
  );
});

test("with no retries a failure goes at once to the dead-letter queue and to the destination", async () => {
  await using room = await openRoom({ deadLetterArn: topic }, { maximumRetryAttempts: 0, destinations: { onSuccess: undefined, onFailure: queue } });
  room.run = () => failed("no");
  await room.accept("f");
  await room.until(() => room.invoked.length === 1);
  await settle();
  const [dead, record] = await room.sent();
  expect(dead).toMatchObject({ target: topic });
  expect(JSON.parse(record?.body ?? "")).toMatchObject({
    requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 1 },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorMessage: "no" },
  });
});

test("a throttle is no attempt: it is tried again after longer and longer, until the event is too old", async () => {
  await using room = await openRoom({}, { maximumEventAgeSeconds: 60, destinations: { onSuccess: undefined, onFailure: queue } });
  room.run = () => {
    throw tooManyRequests("ConcurrentInvocationLimitExceeded");
  };
  await room.accept("f");
  const startedMs = room.clock.now();
  const triedMs: number[] = [];
  for (let second = 0; second <= 60; second += 1) {
    await settle();
    while (triedMs.length < room.invoked.length) triedMs.push(room.clock.now() - startedMs);
    room.clock.advance(1_000);
  }
  await settle();
  expect(triedMs).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
  expect(JSON.parse((await room.sent())[0]?.body ?? "")).toMatchObject({
    requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 0 },
    responseContext: { statusCode: 429 },
  });
  expect(await room.dropped()).toMatchObject([{ reason: "EventAgeExceeded", message: "Rate Exceeded." }]);
});

test("errors of the system pass: the event is handled when they are over", async () => {
  await using room = await openRoom();
  const fault = new Fault({ code: "ServiceException", status: 500, message: "no" });
  room.run = () => {
    if (room.invoked.length < 3) throw fault;
    return ran("1");
  };
  await room.accept("f");
  for (const afterMs of [0, 1_000, 2_000]) {
    room.clock.advance(afterMs);
    await settle();
  }
  expect(room.invoked).toHaveLength(3);
  expect(await room.waiting()).toEqual([]);
  expect(await room.dropped()).toEqual([]);
});

test("a retry that would come when the event is too old is not waited for", async () => {
  await using room = await openRoom({}, { maximumEventAgeSeconds: 60, destinations: { onSuccess: undefined, onFailure: queue } });
  room.run = () => {
    room.clock.advance(1);
    return failed("no");
  };
  await room.accept("f");
  await room.until(() => room.invoked.length === 1);
  await settle();
  expect(JSON.parse((await room.sent())[0]?.body ?? "")).toMatchObject({ requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 } });
});

test("a reserved concurrency of 0 drops events without an attempt", async () => {
  await using room = await openRoom({ deadLetterArn: queue }, { destinations: { onSuccess: undefined, onFailure: topic } });
  room.catalog.account.reserve("f", 0);
  await room.accept("f");
  await settle();
  expect(room.invoked).toEqual([]);
  const [dead, record] = await room.sent();
  expect(dead).toMatchObject({ target: queue, attributes: { ErrorCode: { value: "429" } } });
  expect(JSON.parse(record?.body ?? "")).toMatchObject({ requestContext: { condition: "ZeroReservedConcurrency", approximateInvokeCount: 0 } });
  expect(Object.keys(JSON.parse(record?.body ?? ""))).not.toContain("responseContext");
});

test("a chain that came through the function too often is dropped", async () => {
  await using room = await openRoom({ deadLetterArn: queue });
  room.run = () => {
    throw recursiveInvocation();
  };
  await room.accept("f");
  await settle();
  expect(await room.dropped()).toMatchObject([{ reason: "RecursiveInvocation", deadLetteredTo: [queue] }]);
});

test("events of a function that is gone are dropped with a record; others go on", async () => {
  await using room = await openRoom();
  room.catalog.put(functionVersion("g"));
  const events = [room.accept("f"), room.accept("g")];
  const resolve = room.catalog.resolve.bind(room.catalog);
  room.catalog.resolve = (id) => {
    if (id.name === "f") throw new Fault({ code: "ResourceNotFoundException", status: 404, message: "Function not found" });
    return resolve(id);
  };
  await Promise.all(events);
  await room.until(() => room.invoked.length === 1);
  await settle();
  expect(await room.dropped()).toMatchObject([{ queue: "async:f", reason: "FunctionNotFound" }]);
});

test("a function that fails or hangs delays no other, and a poison event none of its own", async () => {
  await using room = await openRoom();
  for (const name of ["slow", "fast"]) room.catalog.put(functionVersion(name));
  const { promise: never } = Promise.withResolvers<InvokeOutcome>();
  room.run = ({ function: id, payload }) => (id.name === "slow" ? never : Buffer.from(payload).toString() === '"poison"' ? failed("poison") : ran("1"));
  await Promise.all(Array.from({ length: 100 }, () => room.accept("slow")));
  await room.accept("fast", { payload: '"poison"' });
  await Promise.all(Array.from({ length: 100 }, () => room.accept("fast")));
  await room.until(() => room.invoked.filter(({ function: id }) => id.name === "fast").length === 101);
  await settle();
  expect(await room.waiting("async:fast")).toMatchObject([{ value: { payload: '"poison"', failures: 1 } }]);
  // As many as events begin with.
  expect(room.invoked.filter(({ function: id }) => id.name === "slow")).toHaveLength(4);
});

test("what was accepted is there after a restart, and what the stop has ended is tried again", async () => {
  await using room = await openRoom();
  const { promise: killed, reject: kill } = Promise.withResolvers<InvokeOutcome>();
  room.run = () => killed;
  await room.accept("f", { requestId: "r-1" });
  await room.until(() => room.invoked.length === 1);
  const stopped = room.events.stop();
  kill(new Fault({ code: "ServiceException", status: 500, message: "The server is stopping" }));
  await stopped;
  expect(await room.waiting()).toMatchObject([{ value: { requestId: "r-1", refusals: 0 } }]);
  room.run = () => ran("1");
  room.restart();
  await room.until(() => room.invoked.length === 2);
  await settle();
  expect(await room.waiting()).toEqual([]);
});

test("what was dropped can be sent again, as it was accepted, once", async () => {
  await using room = await openRoom({}, { maximumRetryAttempts: 0 });
  room.run = () => failed("no");
  await room.accept("f", { payload: "7", requestId: "r-1" });
  await room.until(() => room.invoked.length === 1);
  await settle();
  room.run = () => ran("1");
  expect(await room.deadEnds.replay(room.partition, "r-1")).toMatchObject({ queue: "async:f", reason: "RetriesExhausted" });
  expect(await room.deadEnds.replay(room.partition, "r-1")).toBeUndefined();
  await room.until(() => room.invoked.length === 2);
  expect(room.invoked[1]).toMatchObject({ requestId: "r-1", payload: Buffer.from("7") });
  await settle();
  expect(await room.dropped()).toEqual([]);
});

const ran = (payload: string): InvokeOutcome => ({
  executedVersion: "$LATEST",
  payload: Buffer.from(payload),
  functionError: undefined,
  errorType: undefined,
  contentType: undefined,
  logTail: undefined,
  trace: "",
});

const failed = (errorMessage: string): InvokeOutcome => ({ ...ran(JSON.stringify({ errorMessage })), functionError: "Unhandled", errorType: "Error" });

interface Accepted {
  readonly payload?: string;
  readonly requestId?: string;
}

async function openRoom(configuration: { readonly deadLetterArn?: string } = {}, policy: Partial<EventInvokeConfigRecord> = {}) {
  const clock = new ManualClock();
  const store: Store = await openMemoryStore({ clock });
  const catalog = new TestCatalog();
  const destinations = { onSuccess: undefined, onFailure: undefined };
  catalog.eventInvokes.set("f", { qualifier: "$LATEST", lastModifiedMs: 0, maximumRetryAttempts: undefined, maximumEventAgeSeconds: undefined, destinations, ...policy });
  catalog.put(functionVersion("f", configuration));
  const partition = store.partition({ account: "123456789012", region: "eu-west-1", service: "lambda" });
  const invoked: InvokeRequest[] = [];
  const looking = new Set<() => void>();
  const deadEnds = new DeadEnds(clock);
  const open = (): AsyncInvokes => {
    const engine = {
      invoke: async (request: InvokeRequest) => {
        invoked.push(request);
        queueMicrotask(() => looking.forEach((look) => look()));
        return room.run(request);
      },
    };
    const events = openAsyncInvokes({ store, engine, catalog, deadEnds, clock, ids: systemIds, log: silentLogger, settings: { concurrency: 1000, leastAtOnce: 4, delayPercent: 100 } });
    events.start();
    onTestFinished(() => void events.stop());
    return events;
  };
  const room = {
    clock, catalog, partition, invoked, deadEnds,
    run: (_request: InvokeRequest): InvokeOutcome | Promise<InvokeOutcome> => ran("null"),
    events: undefined as unknown as AsyncInvokes,
    restart: () => void (room.events = open()),
    accept: (name: string, { payload = "{}", requestId = systemIds.requestId() }: Accepted = {}) =>
      room.events.accept({ function: functionId(name), qualifier: undefined, payload: Buffer.from(payload), requestId: requestId as RequestId, trace: undefined }),
    waiting: (lane = "async:f") => partition.queues.browse(lane, { limit: 1_000 }),
    sent: async () => {
      const lanes = await partition.queues.names({ prefix: "push:" });
      const messages = await Promise.all(lanes.map((lane) => partition.queues.browse(lane, { limit: 100 })));
      return messages.flat().toSorted((a, b) => a.sequence - b.sequence).map(({ value }) => value as { body?: string });
    },
    dropped: () => deadEnds.list(partition, 100),
    until: (isSo: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!isSo()) return;
          looking.delete(look);
          resolve();
        };
        looking.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => store.close(),
  };
  room.events = open();
  return room;
}
