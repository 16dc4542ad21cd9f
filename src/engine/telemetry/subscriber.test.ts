import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { LogRecord } from "../log/environment-log.ts";
import type { LogsDroppedRecord } from "../log/platform-events.ts";
import type { TelemetryBuffering } from "../runtime-api/telemetry-port.ts";
import { Subscriber } from "./subscriber.ts";

const line = (record: string): LogRecord => ({ timeMs: 0, type: "function", record });
const tooSlow = "Some logs were dropped because the downstream consumer is slower than the logs production rate";

/** A receiver that a test lets take, or refuse, each batch. */
function open(buffering: Partial<TelemetryBuffering> = {}) {
  const clock = new ManualClock();
  const batches: { readonly records: readonly string[]; readonly take: () => void; readonly refuse: (error: Error) => void }[] = [];
  const dropped: LogsDroppedRecord[] = [];
  let isClosed = false;
  const subscriber = new Subscriber({
    clock,
    buffering: { maxItems: 4, maxBytes: 1000, timeoutMs: 100, ...buffering },
    toWire: (record) => (record.type === "function" ? record.record : record.type === "platform.logsDropped" ? "notice" : undefined),
    delivery: {
      send: (records) => new Promise((take, refuse) => void batches.push({ records, take, refuse })),
      close: () => (isClosed = true),
    },
    onDropped: (record) => void dropped.push(record),
  });
  const take = (...records: string[]): void => subscriber.take(records.map(line));
  const sent = (): (readonly string[])[] => batches.map(({ records }) => records);
  /** Lets what follows from a settled batch happen. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { clock, batches, dropped, subscriber, take, sent, settled, isClosed: () => isClosed };
}

describe("records are sent", () => {
  test("when the oldest has waited long enough", () => {
    const { clock, take, sent } = open();
    take("a");
    clock.advance(99);
    take("b");
    expect(sent()).toEqual([]);
    clock.advance(1);
    expect(sent()).toEqual([["a", "b"]]);
    clock.advance(1000);
    expect(sent()).toHaveLength(1);
  });

  test("when there are so many, or so much", () => {
    const { take, sent } = open();
    take("a", "b", "c", "d", "e");
    expect(sent()).toEqual([["a", "b", "c", "d"]]);
    const other = open();
    other.take("x".repeat(1000));
    expect(other.sent()).toEqual([["x".repeat(1000)]]);
  });

  test("one batch at a time: the next gathers meanwhile, and goes when its time has come", async () => {
    const { clock, batches, take, sent, settled } = open();
    take("a");
    clock.advance(100);
    take("b");
    clock.advance(100);
    take("c");
    expect(sent()).toEqual([["a"]]);
    batches[0]?.take();
    await settled();
    expect(sent()).toEqual([["a"], ["b", "c"]]);
  });

  test("at once when the subscriber has not long to live", async () => {
    const { batches, subscriber, take, sent, settled } = open();
    take("a");
    subscriber.flush();
    take("b");
    take("c");
    expect(sent()).toEqual([["a"]]);
    batches[0]?.take();
    await settled();
    expect(sent()).toEqual([["a"], ["b", "c"]]);
  });

  test("no more once it is closed, and what is on its way is given up", async () => {
    const { clock, batches, dropped, subscriber, take, sent, settled, isClosed } = open();
    take("a");
    clock.advance(100);
    take("b");
    subscriber.close();
    batches[0]?.refuse(new Error("aborted"));
    take("c");
    clock.advance(1000);
    await settled();
    expect([sent(), dropped, isClosed()]).toEqual([[["a"]], [], true]);
  });
});

describe("records are dropped", () => {
  test("when the subscriber is slower than they come: memory stays bounded, and it is told", async () => {
    const { batches, dropped, take, sent, settled } = open({ maxBytes: 262_144 });
    const most = "x".repeat(262_144);
    // One is on its way, four wait.
    for (let round = 0; round < 105; round++) take(most);
    expect(dropped).toHaveLength(100);
    expect(dropped[0]).toEqual({ reason: tooSlow, droppedRecords: 1, droppedBytes: 262_144 });
    for (let round = 0; round < 5; round++) {
      expect(sent()).toHaveLength(round + 1);
      batches[round]?.take();
      await settled();
    }
    expect(sent()).toHaveLength(5);
    take(most);
    expect(sent()).toHaveLength(6);
  });

  test("not while one batch is on its way, however large those are that were asked for", async () => {
    const { batches, dropped, take, sent, settled } = open({ maxItems: 1000, maxBytes: 1_048_576 });
    for (let lines = 0; lines < 10; lines += 1) take("x".repeat(250_000));
    expect([sent().length, dropped]).toEqual([1, []]);
    batches[0]?.take();
    await settled();
    expect(sent()).toHaveLength(2);
  });

  test("when the subscriber does not take them", async () => {
    const { clock, batches, dropped, take, sent, settled } = open();
    take("a");
    clock.advance(100);
    batches[0]?.refuse(new Error("connect ECONNREFUSED"));
    await settled();
    expect(dropped).toEqual([{ reason: "could not send events: connect ECONNREFUSED", droppedRecords: 1, droppedBytes: 1 }]);
    take("b");
    clock.advance(100);
    expect(sent()).toEqual([["a"], ["b"]]);
  });

  test("without a word when they tell of dropped records only: nobody must hear of that for ever", async () => {
    const { clock, batches, dropped, subscriber, settled } = open();
    subscriber.take([{ timeMs: 0, type: "platform.logsDropped", record: { reason: "", droppedRecords: 1, droppedBytes: 1 } }]);
    clock.advance(100);
    batches[0]?.refuse(new Error("no"));
    await settled();
    expect(dropped).toEqual([]);
  });
});
