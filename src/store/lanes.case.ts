// Cases for lanes: what every driver's queues must do for them.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";
import { openLanes, type LaneId, type LaneRest, type Lanes, type LanesParts } from "./lanes.ts";
import type { QueuedMessage } from "./queue.ts";
import { JointSettles } from "./joint-settles.ts";
import { CommitConflict, type Partition } from "./store.ts";

const send = (queue: string, id: string, more: { readonly group?: string; readonly delayMs?: number } = {}) =>
  ({ kind: "send-message", queue, id, value: { id }, ...more }) as const;

export function laneCases(bench: Bench): void {
  const { clock } = bench;

  test("work what is sent while they are open, and what was there before", async () => {
    const { partition, prefix } = freshLane(bench);
    await partition.commit([send(`${prefix}a`, "before")]);
    const lanes = openTestLanes(bench, prefix);
    await lanes.until(() => lanes.done.length === 1);
    await partition.commit([send(`${prefix}a`, "one"), send(`${prefix}b`, "two"), send("elsewhere", "none")]);
    await lanes.until(() => lanes.done.length === 3);
    expect(lanes.done).toEqual(["before", "one", "two"]);
    expect(await partition.queues.names({ prefix, holding: true })).toEqual([]);
    expect(await partition.queues.names({ holding: true })).toEqual(["elsewhere"]);
    await lanes.stop();
  });

  test("hear of partitions that come later", async () => {
    const { prefix } = freshLane(bench);
    const lanes = openTestLanes(bench, prefix);
    await bench.freshPartition().commit([send(`${prefix}a`, "m")]);
    await lanes.until(() => lanes.done.length === 1);
    await lanes.stop();
  });

  test("what was not settled when they stopped is there for the next, and its work ends before", async () => {
    const { partition, prefix } = freshLane(bench);
    const first = openTestLanes(bench, prefix, { isHeld: () => true, settles: false });
    await partition.commit([send(`${prefix}a`, "m")]);
    await first.until(() => first.begun.length === 1);
    const stopped = first.stop();
    await partition.commit([send(`${prefix}a`, "late")]);
    first.release();
    await stopped;
    expect(first.begun).toEqual(["m"]);
    const second = openTestLanes(bench, prefix);
    await second.until(() => second.done.length === 2);
    expect(second.done).toEqual(["m", "late"]);
    await second.stop();
  });

  test("a lane that is stuck holds back no other, nor more than its width of its own", async () => {
    const { partition, prefix } = freshLane(bench);
    const lanes = openTestLanes(bench, prefix, { width: 2, isHeld: ({ queue }) => queue.endsWith("stuck") });
    await partition.commit(Array.from({ length: 200 }, (_, place) => send(`${prefix}stuck`, String(place))));
    await partition.commit(Array.from({ length: 200 }, (_, place) => send(`${prefix}free`, `free ${place}`)));
    await lanes.until(() => lanes.done.length === 200);
    expect(lanes.done.every((id) => id.startsWith("free"))).toBe(true);
    expect(lanes.running({ partition, queue: `${prefix}stuck` })).toHaveLength(2);
    expect(lanes.most).toBeLessThanOrEqual(4);
    lanes.release();
    await lanes.until(() => lanes.done.length === 400);
    expect(new Set(lanes.done).size).toBe(400);
    await lanes.stop();
    expect(lanes.running({ partition, queue: `${prefix}stuck` })).toEqual([]);
  });

  test("every message of a long backlog once, whatever is sent meanwhile", async () => {
    const { partition, prefix } = freshLane(bench);
    const batch = (name: string) => Array.from({ length: 500 }, (_, place) => send(`${prefix}a`, `${name} ${place}`));
    await partition.commit(batch("before"));
    const lanes = openTestLanes(bench, prefix, { width: 7 });
    for (let round = 0; round < 20; round += 1) await partition.commit(batch(`round ${round}`).slice(0, 25));
    await lanes.until(() => lanes.done.length >= 1_000);
    expect(new Set(lanes.begun).size).toBe(1_000);
    expect(lanes.begun).toHaveLength(1_000);
    await lanes.stop();
  });

  test("messages of a group are worked on one after the other, in order; others beside them", async () => {
    const { partition, prefix } = freshLane(bench);
    const lanes = openTestLanes(bench, prefix, { width: 10, isHeld: ({ message }) => message.id === "a1" });
    await partition.commit([send(`${prefix}a`, "a1", { group: "a" }), send(`${prefix}a`, "a2", { group: "a" }), send(`${prefix}a`, "b1", { group: "b" }), send(`${prefix}a`, "alone")]);
    await partition.commit([send(`${prefix}a`, "a3", { group: "a" }), send(`${prefix}a`, "b2", { group: "b" })]);
    await lanes.until(() => lanes.done.length === 3);
    expect(lanes.done.toSorted()).toEqual(["alone", "b1", "b2"]);
    lanes.release();
    await lanes.until(() => lanes.done.length === 6);
    expect(lanes.done.slice(3)).toEqual(["a1", "a2", "a3"]);
    await lanes.stop();
  });

  test("one that is postponed comes back with what it was left, when its time has come, also after a restart", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    const postpone = async ({ sequence, value }: QueuedMessage): Promise<void> => {
      await partition.commit([{ kind: "postpone-message", queue, sequence, value: { again: value }, delayMs: 60_000 }]);
    };
    const lanes = openTestLanes(bench, prefix, { settle: postpone });
    await partition.commit([send(queue, "m"), send(queue, "delayed", { delayMs: 30_000 })]);
    await lanes.until(() => lanes.done.length === 1);
    clock.advance(59_999);
    await lanes.until(() => lanes.done.length === 2);
    expect(lanes.done).toEqual(["m", "delayed"]);
    clock.advance(1);
    await lanes.until(() => lanes.done.length === 3);
    expect(lanes.values.at(-1)).toEqual({ again: { id: "m" } });
    await lanes.stop();

    const later = openTestLanes(bench, prefix);
    await settle(partition);
    expect(later.begun).toEqual([]);
    clock.advance(120_000);
    await later.until(() => later.done.length === 2);
    await later.stop();
  });

  test("one that is postponed by no time at all comes back at once, however often", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    const settleTenth = async ({ sequence, value }: QueuedMessage): Promise<void> => {
      const isLast = typeof value === "number" && value === 9;
      const again = { kind: "postpone-message", queue, sequence, value: typeof value === "number" ? value + 1 : 0, delayMs: 0 } as const;
      await partition.commit([isLast ? { kind: "settle-message", queue, sequence } : again]);
    };
    const lanes = openTestLanes(bench, prefix, { width: 2, settle: settleTenth });
    await partition.commit(Array.from({ length: 20 }, (_, place) => send(queue, String(place))));
    await lanes.until(() => lanes.done.length === 220);
    expect(lanes.begun).toHaveLength(220);
    await lanes.stop();
  });

  test("one whose work fails comes back later and holds up nobody; one that is gone is no failure", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    let failures = 0;
    const fail = async ({ id, sequence }: QueuedMessage): Promise<void> => {
      if (id === "poison" && (failures += 1) === 1) throw new Error("poison");
      if (id === "gone") await partition.commit([{ kind: "settle-message", queue, sequence }]);
      await partition.commit([{ kind: "settle-message", queue, sequence }]);
    };
    const lanes = openTestLanes(bench, prefix, { width: 1, settle: fail });
    await partition.commit([send(queue, "poison"), send(queue, "gone"), send(queue, "good")]);
    await lanes.until(() => lanes.done.includes("good"));
    expect(lanes.errors).toEqual([expect.objectContaining({ message: "poison" })]);
    clock.advance(30_000);
    await lanes.until(() => lanes.done.includes("poison"));
    expect(lanes.errors).toHaveLength(1);
    await lanes.stop();
  });

  test("a lane rests when its work asks for it, and others go on", async () => {
    const { partition, prefix } = freshLane(bench);
    const lanes = openTestLanes(bench, prefix, { width: 1, rest: ({ queue }) => (queue.endsWith("tired") ? { restMs: 1_000 } : undefined) });
    await partition.commit([send(`${prefix}tired`, "1"), send(`${prefix}tired`, "2"), send(`${prefix}a`, "3"), send(`${prefix}a`, "4")]);
    await lanes.until(() => lanes.done.length === 3);
    await settle(partition);
    expect(lanes.done.toSorted()).toEqual(["1", "3", "4"]);
    clock.advance(1_000);
    await lanes.until(() => lanes.done.length === 4);
    await lanes.stop();
  });

  test("what makes room before it is settled lets another begin, and is not begun again", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const begun: string[] = [];
    const settles = new JointSettles();
    const { promise: allBegun, resolve: areBegun } = Promise.withResolvers<void>();
    const work: LanesParts["work"] = async ({ id, sequence }, lane, free) => {
      if (begun.push(id) === 20) areBegun();
      await partition.get("c", "k");
      free();
      await mayEnd;
      await settles.settle(lane.partition, queue, sequence);
    };
    const lanes = openLanes({ store: bench.store, prefix, clock, width: () => 2, work, onError: () => expect.unreachable() });
    await partition.commit(Array.from({ length: 20 }, (_, place) => send(queue, String(place))));
    await allBegun;
    end();
    await lanes.stop();
    expect(new Set(begun).size).toBe(20);
    expect(await partition.queues.names({ prefix, holding: true })).toEqual([]);
  });

  test("of settles that share a commit one that conflicts fails alone", async () => {
    const { partition, prefix } = freshLane(bench);
    const sent = await partition.commit([send(`${prefix}a`, "1"), send(`${prefix}a`, "2"), send(`${prefix}a`, "3")]);
    const settles = new JointSettles();
    const sequences = [...sent.map(({ sequence }) => sequence), 1];
    const ended = await Promise.allSettled(sequences.map((sequence) => settles.settle(partition, `${prefix}a`, sequence)));
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
    await expect(settles.settle(partition, `${prefix}a`, sequences[0] ?? 0)).rejects.toThrow(CommitConflict);
  });

  test("settling and postponing what is not there fails the commit, with all that it does", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    const [sent] = await partition.commit([send(queue, "m")]);
    const { sequence } = sent;
    const put = { kind: "put-document", collection: "c", key: "k", value: 1 } as const;
    await partition.commit([{ kind: "settle-message", queue, sequence }]);
    await expect(partition.commit([put, { kind: "settle-message", queue, sequence }])).rejects.toThrow(CommitConflict);
    await expect(partition.commit([put, { kind: "postpone-message", queue, sequence, value: 1, delayMs: 0 }])).rejects.toThrow(CommitConflict);
    expect(await partition.get("c", "k")).toBeUndefined();
  });

  test("of a long backlog only pages are in memory", async () => {
    const { partition, prefix } = freshLane(bench);
    const queue = `${prefix}a`;
    const long = "x".repeat(400_000);
    await partition.commit(Array.from({ length: 10 }, (_, place) => ({ ...send(queue, String(place)), value: long })));
    const page = { limit: 64, characters: 1_000_000 };
    const first = await partition.queues.due(queue, page);
    expect(first.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    expect((await partition.queues.due(queue, { ...page, after: first.at(-1) })).map(({ id }) => id)).toEqual(["3", "4", "5"]);
    const lanes = openTestLanes(bench, prefix);
    await lanes.until(() => lanes.done.length === 10);
    await lanes.stop();
  });
}

let prefixes = 0;
const freshLane = (bench: Bench): { readonly partition: Partition; readonly prefix: string } => ({
  partition: bench.freshPartition(),
  prefix: `lane${(prefixes += 1)}:`,
});

interface Worked extends LaneId {
  readonly message: QueuedMessage;
}

interface Script {
  readonly width?: number;
  readonly settles?: boolean;
  /** Work that does not go on before `release`. */
  readonly isHeld?: (work: Worked) => boolean;
  readonly settle?: (message: QueuedMessage) => Promise<void>;
  readonly rest?: (lane: LaneId) => LaneRest | undefined;
}

interface TestLanes extends Lanes {
  readonly begun: string[];
  readonly done: string[];
  readonly values: unknown[];
  readonly errors: unknown[];
  /** Of all lanes at once. */
  readonly most: number;
  release(): void;
  until(isSo: () => boolean): Promise<void>;
}

function openTestLanes({ store, clock }: Bench, prefix: string, script: Script = {}): TestLanes {
  const { width = 3, settles = true, isHeld = () => false, rest = () => undefined } = script;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const [begun, done, values, errors]: [string[], string[], unknown[], unknown[]] = [[], [], [], []];
  const waiting = new Set<() => void>();
  const changed = (): void => waiting.forEach((look) => look());
  let [running, most] = [0, 0];
  const work: LanesParts["work"] = async (message, lane) => {
    begun.push(message.id);
    most = Math.max(most, (running += 1));
    changed();
    try {
      if (isHeld({ ...lane, message })) await released;
      const { queue } = lane;
      if (script.settle !== undefined) await script.settle(message);
      else if (settles) await lane.partition.commit([{ kind: "settle-message", queue, sequence: message.sequence }]);
      done.push(message.id);
      values.push(message.value);
    } finally {
      running -= 1;
      queueMicrotask(changed);
    }
    return rest(lane);
  };
  const lanes = openLanes({ store, prefix, clock, width: () => width, work, onError: (error) => void errors.push(error) });
  return {
    ...lanes, begun, done, values, errors, release,
    get most() {
      return most;
    },
    until: (isSo) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isSo()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Reads and writes that were begun before have ended. */
async function settle(partition: Partition): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await partition.commit([{ kind: "put-document", collection: "settle", key: "k", value: round }]);
    await partition.scan("settle");
  }
}
