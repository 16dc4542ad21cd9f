// Cases for timers.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";
import type { Partition } from "./store.ts";
import type { DueTimer } from "./timer.ts";

const yearMs = 365 * 24 * 3_600_000;

export function timerCases(bench: Bench): void {
  const { clock } = bench;
  const set = (name: string, inMs: number, value = 0) => ({ kind: "set-timer", name, dueAtMs: clock.now() + inMs, value }) as const;

  test("rings when the time has come, a year ahead too, earliest first", async () => {
    const partition = bench.freshPartition();
    const heard = listenTo(partition);
    await partition.commit([set("year", yearMs, 3), set("second", 1_000, 1), set("hour", 3_600_000, 2)]);
    clock.advance(999);
    await partition.scan("c");
    expect(heard.all).toEqual([]);
    clock.advance(1);
    expect(await heard.next()).toMatchObject([{ name: "second", value: 1 }]);
    await partition.commit([{ kind: "cancel-timer", name: "second" }]);
    clock.advance(yearMs);
    expect(await heard.next()).toMatchObject([{ name: "hour" }, { name: "year", value: 3 }]);
  });

  test("rings at once for what is due when listening begins", async () => {
    const partition = bench.freshPartition();
    await partition.commit([set("past", -yearMs)]);
    expect(await listenTo(partition).next()).toMatchObject([{ name: "past" }]);
  });

  test("does not ring for what was cancelled or put off", async () => {
    const partition = bench.freshPartition();
    const heard = listenTo(partition);
    await partition.commit([set("cancelled", 1_000), set("put off", 1_000), set("kept", 1_000)]);
    await partition.commit([{ kind: "cancel-timer", name: "cancelled" }, set("put off", 2_000)]);
    clock.advance(1_000);
    expect(await heard.next()).toMatchObject([{ name: "kept" }]);
    clock.advance(1_000);
    expect(await heard.next()).toMatchObject([{ name: "put off" }]);
  });

  test("rings again for what nobody dealt with, and not for what was", async () => {
    const partition = bench.freshPartition();
    const heard = listenTo(partition, 5_000);
    await partition.commit([set("left", 0), set("done", 0)]);
    const first = await heard.next();
    expect(first.map(({ name }) => name).toSorted()).toEqual(["done", "left"]);
    const done = first.find(({ name }) => name === "done");
    await partition.commit([{ kind: "cancel-timer", name: "done", ...(done && { expect: done.revision }) }]);
    clock.advance(5_000);
    expect(await heard.next()).toMatchObject([{ name: "left" }]);
  });

  test("a timer set anew meanwhile is not cancelled by the work on the former", async () => {
    const partition = bench.freshPartition();
    const heard = listenTo(partition);
    await partition.commit([set("t", 0, 1)]);
    const [due] = await heard.next();
    await partition.commit([set("t", 60_000, 2)]);
    await expect(partition.commit([{ kind: "cancel-timer", name: "t", expect: due?.revision ?? 0 }])).rejects.toMatchObject({ name: "CommitConflict" });
    clock.advance(60_000);
    expect(await heard.next()).toMatchObject([{ name: "t", value: 2 }]);
  });

  test("does not ring for what was cancelled while it looked what is due", async () => {
    const partition = bench.freshPartition();
    const rungAfterwards: boolean[] = [];
    for (let round = 0; round < 10; round += 1) {
      await partition.commit([set("t", 0)]);
      let isCancelled = false;
      const end = partition.timers.listen(() => void rungAfterwards.push(isCancelled));
      await partition.commit([{ kind: "cancel-timer", name: "t" }]);
      isCancelled = true;
      await partition.scan("c");
      end();
    }
    expect(rungAfterwards).not.toContain(true);
  });

  test("hands over more than a page, and holds back when the listener falls behind", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 1_250 }, (_, place) => set(String(place).padStart(4, "0"), place - 2_000)));
    const heard = listenTo(partition, yearMs);
    await heard.until(() => heard.all.length >= 1_000);
    expect(heard.all.map(({ name }) => name)).toEqual(Array.from({ length: 1_000 }, (_, place) => String(place).padStart(4, "0")));
    await partition.commit(heard.all.map(({ name }) => ({ kind: "cancel-timer", name }) as const));
    await heard.until(() => heard.all.length >= 1_250);
    expect(new Set(heard.all.map(({ name }) => name)).size).toBe(1_250);
  });

  test("is silent after the listener has ended, and takes another then", async () => {
    const partition = bench.freshPartition();
    const end = partition.timers.listen(() => expect.unreachable());
    expect(() => partition.timers.listen(() => undefined)).toThrow("listener");
    end();
    await partition.commit([set("t", 0)]);
    expect(await listenTo(partition).next()).toMatchObject([{ name: "t" }]);
  });
}

/** Collects what rings. `next` resolves with what rang since it was last called, once something has. */
function listenTo(partition: Partition, redeliverAfterMs = yearMs) {
  const all: DueTimer[] = [];
  let taken = 0;
  let wake: (() => void) | undefined;
  partition.timers.listen(
    (due) => {
      all.push(...due);
      wake?.();
    },
    { redeliverAfterMs },
  );
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await new Promise<void>((resolve) => void (wake = resolve));
  };
  const next = async (): Promise<readonly DueTimer[]> => {
    await until(() => all.length > taken);
    const since = all.slice(taken);
    taken = all.length;
    return since;
  };
  return { all, next, until };
}
