// Cases for queues: one behaviour each. All of them together are in queues-model.case.ts.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";
import { CommitConflict, type Partition } from "./store.ts";

const minuteMs = 60_000;
type More = { delayMs?: number; group?: string; deduplication?: { id: string; windowMs: number } };
const send = (id: string, more: More = {}) => ({ kind: "send-message", queue: "q", id, value: { id }, ...more }) as const;
const remove = (receipt = "") => ({ kind: "delete-message", queue: "q", receipt }) as const;
const take = { limit: 10, visibilityMs: minuteMs };
const idsOf = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id);

export function queueCases(bench: Bench): void {
  const { clock } = bench;

  test("hands a message out once, hides it, and again when its time is over", async () => {
    const partition = bench.freshPartition();
    const sentAtMs = clock.now();
    const [sent] = await partition.commit([send("m")]);
    clock.advance(5);
    const [first] = await partition.queues.receive("q", take);
    expect(first).toEqual({
      id: "m", sequence: sent.sequence, value: { id: "m" }, receiveCount: 1, sentAtMs,
      firstReceivedAtMs: sentAtMs + 5, receivedAtMs: sentAtMs + 5, visibleAtMs: sentAtMs + 5 + minuteMs, receipt: expect.any(String),
    });
    expect(await partition.queues.receive("q", take)).toEqual([]);
    clock.advance(minuteMs);
    const [second] = await partition.queues.receive("q", take);
    expect(second).toMatchObject({ id: "m", receiveCount: 2, firstReceivedAtMs: sentAtMs + 5 });
    expect(second?.receipt).not.toBe(first?.receipt);
  });

  test("a receipt is held, then expired, then lost", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("m")]);
    const [first] = await partition.queues.receive("q", take);
    const { receipt = "" } = first ?? {};
    const shorten = { kind: "change-visibility", queue: "q", receipt, visibilityMs: 1_000 } as const;
    expect(await partition.commit([{ ...shorten, expect: "held" }])).toEqual([{ found: "held" }]);
    clock.advance(1_000);
    await expect(partition.commit([{ ...remove(receipt), expect: "held" }])).rejects.toThrow(CommitConflict);
    expect(await partition.commit([shorten])).toEqual([{ found: "expired" }]);
    clock.advance(1_000);
    await partition.queues.receive("q", take);
    expect(await partition.commit([shorten, remove(receipt)])).toEqual([{ found: "lost" }, { found: "lost", freed: false, remains: true }]);
    expect(await partition.queues.counts("q")).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  });

  test("a receipt works in its own queue only, and what is none of ours is lost", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("m"), { ...send("n"), queue: "other" }]);
    const [message] = await partition.queues.receive("q", take);
    for (const receipt of ["", "x", "1", "1-2-3", "-1-1", "9".repeat(40), `${message?.receipt} `]) {
      expect(await partition.commit([remove(receipt)])).toEqual([{ found: "lost", freed: false, remains: false }]);
    }
    expect(await partition.commit([{ ...remove(message?.receipt), queue: "other" }])).toEqual([{ found: "lost", freed: false, remains: false }]);
    expect(await partition.commit([remove(message?.receipt)])).toEqual([{ found: "held", freed: false, remains: false }]);
  });

  test("an expired receipt still deletes", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("m")]);
    const [message] = await partition.queues.receive("q", { limit: 1, visibilityMs: 0 });
    expect(await partition.commit([remove(message?.receipt)])).toEqual([{ found: "expired", freed: false, remains: false }]);
    expect(await partition.queues.receive("q", take)).toEqual([]);
  });

  test("a delayed message comes when its time has come", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("later", { delayMs: 1_000 }), send("now")]);
    expect(await partition.queues.counts("q")).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["now"]);
    clock.advance(1_000);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["later"]);
  });

  test("a group goes on when its first is deleted, not before; other groups are not held back", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("a1", { group: "a" }), send("a2", { group: "a" }), send("a3", { group: "a" }), send("b1", { group: "b" })]);
    const two = await partition.queues.receive("q", { limit: 2, visibilityMs: minuteMs });
    expect(idsOf(two)).toEqual(["a1", "a2"]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["b1"]);
    expect(await partition.commit([remove(two[1]?.receipt)])).toEqual([{ found: "held", freed: false, remains: false }]);
    expect(await partition.queues.receive("q", take)).toEqual([]);
    expect(await partition.queues.counts("q")).toEqual({ visible: 1, inFlight: 2, delayed: 0 });
    expect(await partition.commit([remove(two[0]?.receipt)])).toEqual([{ found: "held", freed: true, remains: false }]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["a3"]);
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
  test("of a run of a group, one that is hidden for longer holds back those behind it only", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("1", { group: "g" }), send("2", { group: "g" }), send("3", { group: "g" })]);
    const run = await partition.queues.receive("q", take);
    await partition.commit([{ kind: "change-visibility", queue: "q", receipt: run[1]?.receipt ?? "", visibilityMs: 2 * minuteMs }]);
    clock.advance(minuteMs);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["1"]);
  });

  test("a duplicate is answered with the first, also after that was deleted, until the window is over", async () => {
    const partition = bench.freshPartition();
    const deduplication = { id: "d", windowMs: 5 * minuteMs };
    const [first] = await partition.commit([send("first", { deduplication })]);
    const [message] = await partition.queues.receive("q", take);
    await partition.commit([remove(message?.receipt)]);
    clock.advance(5 * minuteMs - 1);
    expect(await partition.commit([send("second", { deduplication })])).toEqual([{ ...first, duplicate: true }]);
    expect(await partition.queues.receive("q", take)).toEqual([]);
    clock.advance(1);
    const [third] = await partition.commit([send("third", { deduplication })]);
    expect(third).toMatchObject({ id: "third", duplicate: false });
    expect(third.sequence).toBeGreaterThan(first.sequence);
  });

  test("a purge forgets messages, receipts and duplicates, and the queue works on", async () => {
    const partition = bench.freshPartition();
    const deduplication = { id: "d", windowMs: minuteMs };
    await partition.commit([send("1", { deduplication }), send("2", { delayMs: 1_000 }), send("3", { group: "g" })]);
    const [message] = await partition.queues.receive("q", { limit: 1, visibilityMs: minuteMs });
    await partition.commit([{ kind: "purge-queue", queue: "q" }]);
    expect(await partition.queues.names()).toEqual([]);
    expect(await partition.queues.counts("q")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await partition.commit([remove(message?.receipt)])).toMatchObject([{ found: "lost" }]);
    expect(await partition.commit([send("4", { deduplication })])).toMatchObject([{ id: "4", duplicate: false }]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["4"]);
  });

  test("a purge that conflicts forgets nothing", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("1")]);
    const check = { kind: "check-document", collection: "c", key: "k", expect: 1 } as const;
    await expect(partition.commit([{ kind: "purge-queue", queue: "q" }, send("2"), check])).rejects.toThrow(CommitConflict);
    await partition.commit([send("3")]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["1", "3"]);
  });

  test("expires what was sent too long ago, hidden or not, a thousand at a time", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 1_100 }, (_, place) => send(`old ${place}`, place % 3 === 0 ? { group: String(place % 2) } : {})));
    await partition.queues.receive("q", take);
    clock.advance(1);
    await partition.commit([send("new")]);
    const expire = { kind: "expire-messages", queue: "q", sentBeforeMs: clock.now() } as const;
    expect(await partition.commit([expire])).toEqual([{ expired: 1_000 }]);
    expect(await partition.commit([expire])).toEqual([{ expired: 100 }]);
    expect(idsOf(await partition.queues.browse("q", { limit: 10 }))).toEqual(["new"]);
  });

  test("a group goes on when its first expires", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("old", { group: "g" })]);
    clock.advance(1);
    await partition.commit([send("new", { group: "g" })]);
    await partition.commit([{ kind: "expire-messages", queue: "q", sentBeforeMs: clock.now() }]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["new"]);
  });

  test("browses in the order sent, page by page", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("1"), send("2", { delayMs: 5 }), send("3", { group: "g" })]);
    const page = await partition.queues.browse("q", { limit: 2 });
    expect(page).toMatchObject([{ id: "1", receiveCount: 0 }, { id: "2", visibleAtMs: clock.now() + 5 }]);
    expect(await partition.queues.browse("q", { after: page[1]?.sequence ?? 0, limit: 2 })).toMatchObject([{ id: "3", group: "g" }]);
  });

  waitingCases(bench);
}

function waitingCases(bench: Bench): void {
  const { clock } = bench;
  const wait = { ...take, waitMs: 20_000 };

  test("a waiting receive wakes when a message is sent, falls due, becomes visible or is freed", async () => {
    const partition = bench.freshPartition();
    const { queues } = partition;
    const sent = queues.receive("q", wait);
    await queues.names();
    await partition.commit([send("sent", { group: "g" })]);
    const [first] = await sent;
    expect(first?.id).toBe("sent");

    const freed = queues.receive("q", wait);
    await partition.commit([send("freed", { group: "g" })]);
    await partition.commit([remove(first?.receipt)]);
    const [second] = await freed;
    expect(second?.id).toBe("freed");

    const shown = queues.receive("q", wait);
    await partition.commit([{ kind: "change-visibility", queue: "q", receipt: second?.receipt ?? "", visibilityMs: 0 }]);
    const [third] = await shown;
    expect(third).toMatchObject({ id: "freed", receiveCount: 2 });
    await partition.commit([remove(third?.receipt)]);

    const due = queues.receive("q", wait);
    await partition.commit([send("due", { delayMs: 10_000 })]);
    await settle(partition);
    clock.advance(10_000);
    expect(idsOf(await due)).toEqual(["due"]);
  });

  test("a waiting receive ends empty when its time is over or its caller has gone", async () => {
    const partition = bench.freshPartition();
    const ended = partition.queues.receive("q", wait);
    await settle(partition);
    clock.advance(20_000);
    expect(await ended).toEqual([]);

    const abort = new AbortController();
    const aborted = partition.queues.receive("q", { ...wait, signal: abort.signal });
    await settle(partition);
    abort.abort();
    expect(await aborted).toEqual([]);
    expect(await partition.queues.receive("q", { ...wait, signal: abort.signal })).toEqual([]);
  });

  test("each message reaches one of many that wait, and none is left over", async () => {
    const partition = bench.freshPartition();
    const waiting = Array.from({ length: 10 }, () => partition.queues.receive("q", { ...wait, limit: 1 }));
    await Promise.all(Array.from({ length: 10 }, (_, place) => partition.commit([send(String(place))])));
    const received = (await Promise.all(waiting)).map(idsOf);
    expect(received.flat().toSorted()).toEqual(Array.from({ length: 10 }, (_, place) => String(place)));
  });

  test("one commit of many messages wakes many", async () => {
    const partition = bench.freshPartition();
    const waiting = Array.from({ length: 5 }, () => partition.queues.receive("q", { ...wait, limit: 1 }));
    await settle(partition);
    await partition.commit(Array.from({ length: 5 }, (_, place) => send(String(place))));
    expect((await Promise.all(waiting)).flat()).toHaveLength(5);
  });

  test("messages that fall due together reach all who wait", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 3 }, (_, place) => send(String(place), { delayMs: 1_000 })));
    const waiting = Array.from({ length: 3 }, () => partition.queues.receive("q", { ...wait, limit: 1 }));
    await settle(partition);
    clock.advance(1_000);
    expect((await Promise.all(waiting)).flat()).toHaveLength(3);
  });

  test("refuses to receive nothing", async () => {
    await expect(bench.freshPartition().queues.receive("q", { limit: 0, visibilityMs: 1 })).rejects.toThrow(RangeError);
  });
}

// Writes made after those receives: when they have settled, so have the receives, and they wait.
async function settle(partition: Partition): Promise<void> {
  for (let round = 0; round < 3; round += 1) await partition.commit([{ kind: "put-document", collection: "settle", key: "k", value: round }]);
}
