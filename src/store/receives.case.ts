// Cases for what a receive can be told besides how much it takes: retention, dead letters, a limit in flight, a name.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";
import { InFlightLimit } from "./queue.ts";

const minuteMs = 60_000;
const send = (id: string, group?: string) => ({ kind: "send-message", queue: "q", id, value: { id }, ...(group === undefined ? {} : { group }) }) as const;
const take = { limit: 10, visibilityMs: minuteMs };
const idsOf = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id);

export function receiveCases(bench: Bench): void {
  const { clock } = bench;
  const deadLetter = { queue: "dead", afterReceives: 2, origin: "q of mine" };

  test("a message that was received too often is moved in place of being handed out, with its id, value, age and count", async () => {
    const partition = bench.freshPartition();
    const sentAtMs = clock.now();
    await partition.commit([send("poison"), send("good")]);
    for (let receive = 0; receive < 2; receive += 1) await partition.queues.receive("q", { limit: 1, visibilityMs: 0, deadLetter });
    clock.advance(1);
    expect(idsOf(await partition.queues.receive("q", { ...take, deadLetter }))).toEqual(["good"]);
    const [dead] = await partition.queues.receive("dead", take);
    expect(dead).toMatchObject({ id: "poison", value: { id: "poison" }, origin: "q of mine", receiveCount: 3, sentAtMs, firstReceivedAtMs: sentAtMs });
    expect(await partition.queues.counts("q")).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  });

  test("a receive that finds nothing but dead letters looks on", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 30 }, (_, place) => send(String(place))));
    await partition.queues.receive("q", { limit: 30, visibilityMs: 0 });
    clock.advance(1);
    await partition.commit([send("good")]);
    expect(idsOf(await partition.queues.receive("q", { ...take, limit: 1, deadLetter: { ...deadLetter, afterReceives: 1 } }))).toEqual(["good"]);
    expect(await partition.queues.counts("dead")).toMatchObject({ visible: 30 });
  });

  test("of a group the next goes on when its first is moved, which is as new where it came to", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("g1", "g"), send("g2", "g"), send("g3", "g")]);
    const rule = { ...deadLetter, afterReceives: 1 };
    await partition.queues.receive("q", { limit: 1, visibilityMs: 0 });
    clock.advance(5);
    expect(idsOf(await partition.queues.receive("q", { limit: 1, visibilityMs: 1, deadLetter: rule }))).toEqual(["g2"]);
    clock.advance(5);
    expect(idsOf(await partition.queues.receive("q", { limit: 1, visibilityMs: 1, deadLetter: rule }))).toEqual(["g3"]);
    const dead = await partition.queues.receive("dead", take);
    expect(dead).toMatchObject([{ id: "g1", sentAtMs: clock.now() - 5, group: "g" }, { id: "g2", sentAtMs: clock.now(), group: "g" }]);
    expect(dead[1]?.sequence).toBeGreaterThan(dead[0]?.sequence ?? Infinity);
  });

  test("a dead letter wakes those who wait for it", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("m")]);
    await partition.queues.receive("q", { limit: 1, visibilityMs: 0 });
    const waiting = partition.queues.receive("dead", { ...take, waitMs: 20_000 });
    await partition.queues.receive("q", { ...take, deadLetter: { ...deadLetter, afterReceives: 1 } });
    expect(idsOf(await waiting)).toEqual(["m"]);
  });

  test("what is older than the retention is deleted in place of being handed out, however much it is", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 1_100 }, (_, place) => send(`old ${place}`)));
    clock.advance(minuteMs);
    await partition.commit([send("new")]);
    clock.advance(1);
    const receiving = { ...take, retentionMs: minuteMs, waitMs: 1_000 };
    expect(idsOf(await partition.queues.receive("q", receiving))).toEqual(["new"]);
    expect(await partition.queues.counts("q")).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  });

  test("hands out no more than may be in flight", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("1"), send("2", "g"), send("3", "g"), send("4"), send("5")]);
    const receiving = { ...take, mostInFlight: 4 };
    const first = await partition.queues.receive("q", receiving);
    expect(idsOf(first)).toEqual(["1", "2", "3", "4"]);
    await expect(partition.queues.receive("q", receiving)).rejects.toThrow(InFlightLimit);
    await partition.commit([{ kind: "delete-message", queue: "q", receipt: first[0]?.receipt ?? "" }]);
    expect(idsOf(await partition.queues.receive("q", receiving))).toEqual(["5"]);
    clock.advance(minuteMs);
    expect(await partition.queues.receive("q", receiving)).toHaveLength(4);
  });

  test("a receive of the same name gives the same again, hidden anew, as long as nothing of it has changed", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("1"), send("2"), send("3")]);
    const receiving = { limit: 2, visibilityMs: minuteMs, attempt: { id: "a", windowMs: 5 * minuteMs } };
    const first = await partition.queues.receive("q", receiving);
    expect(idsOf(first)).toEqual(["1", "2"]);
    for (let again = 0; again < 2; again += 1) {
      clock.advance(minuteMs / 2 + 1);
      expect(await partition.queues.receive("q", receiving)).toEqual(first.map((message) => ({ ...message, visibleAtMs: clock.now() + minuteMs })));
    }
    expect(idsOf(await partition.queues.receive("q", { ...receiving, attempt: { id: "b", windowMs: minuteMs } }))).toEqual(["3"]);
    await partition.commit([{ kind: "delete-message", queue: "q", receipt: first[0]?.receipt ?? "" }]);
    expect(await partition.queues.receive("q", receiving)).toEqual([]);
  });

  test("a receipt that expired does nothing where only held ones count", async () => {
    const partition = bench.freshPartition();
    await partition.commit([send("m")]);
    const [message] = await partition.queues.receive("q", { limit: 1, visibilityMs: 1 });
    const operation = { queue: "q", receipt: message?.receipt ?? "", onlyHeld: true } as const;
    clock.advance(1);
    expect(await partition.commit([{ kind: "delete-message", ...operation }])).toEqual([{ found: "expired", freed: false, remains: true }]);
    expect(await partition.commit([{ kind: "change-visibility", ...operation, visibilityMs: minuteMs }])).toEqual([{ found: "expired" }]);
    expect(idsOf(await partition.queues.receive("q", take))).toEqual(["m"]);
  });
}
