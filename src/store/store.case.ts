// What every driver of the store must do. Drivers run it from a test of their own.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clock, ManualClock } from "../core/clock.ts";
import type { Bench } from "./bench.case.ts";
import { blobCases } from "./blobs.case.ts";
import { documentCases } from "./documents.case.ts";
import { laneCases } from "./lanes.case.ts";
import { leaseCases } from "./leases.case.ts";
import { queueCases } from "./queues.case.ts";
import { receiveCases } from "./receives.case.ts";
import { queueModelCases } from "./queues-model.case.ts";
import type { Store } from "./store.ts";
import { streamCases } from "./streams.case.ts";
import { timerCases } from "./timers.case.ts";

export function storeCases(driver: string, open: (clock: Clock) => Promise<Store>): void {
  describe(`${driver} store`, () => {
    const clock = new ManualClock();
    let store: Store;
    let partitions = 0;
    beforeAll(async () => {
      store = await open(clock);
    });
    afterAll(() => store.close());
    const bench: Bench = {
      clock,
      get store() {
        return store;
      },
      freshPartition: () => store.partition({ account: String((partitions += 1)).padStart(12, "0"), region: "eu-west-1", service: "test" }),
    };
    describe("documents", () => documentCases(bench));
    describe("queues", () => queueCases(bench));
    describe("receives", () => receiveCases(bench));
    describe("queues against a model", () => queueModelCases(bench));
    describe("lanes", () => laneCases(bench));
    describe("streams", () => streamCases(bench));
    describe("timers", () => timerCases(bench));
    describe("leases", () => leaseCases(bench));
    describe("blobs", () => blobCases(bench));
    describe("as a whole", () => wholeCases(bench, open));
  });
}

function wholeCases(bench: Bench, open: (clock: Clock) => Promise<Store>): void {
  test("gives the same partition for the same key", () => {
    const { key } = bench.freshPartition();
    expect(bench.store.partition({ ...key })).toBe(bench.store.partition(key));
  });

  test("lists the partitions that hold something, and only those", async () => {
    const [documents, messages, records, emptied, purged] = Array.from({ length: 5 }, () => bench.freshPartition());
    await documents?.commit([{ kind: "put-document", collection: "c", key: "k", value: 1 }]);
    await messages?.commit([{ kind: "send-message", queue: "q", id: "m", value: 1 }]);
    await records?.commit([{ kind: "append-record", stream: "s", value: 1 }]);
    await emptied?.commit([{ kind: "put-document", collection: "c", key: "k", value: 1 }]);
    await emptied?.commit([{ kind: "delete-document", collection: "c", key: "k" }]);
    await purged?.commit([{ kind: "send-message", queue: "q", id: "m", value: 1 }]);
    await purged?.commit([{ kind: "purge-queue", queue: "q" }]);
    const listed = (await bench.store.partitions()).map(({ account }) => account);
    expect(listed).toEqual(expect.arrayContaining([documents, messages, records].map((partition) => partition?.key.account)));
    expect(listed).not.toContain(emptied?.key.account);
    expect(listed).not.toContain(purged?.key.account);
  });

  test("applies operations of all kinds together or not at all", async () => {
    const partition = bench.freshPartition();
    const all = [
      { kind: "put-document", collection: "c", key: "k", value: 1 },
      { kind: "send-message", queue: "q", id: "m", value: 2 },
      { kind: "append-record", stream: "s", value: 3 },
      { kind: "set-timer", name: "t", dueAtMs: 0, value: 4 },
    ] as const;
    const refused = partition.commit([...all, { kind: "check-document", collection: "c", key: "other", expect: 1 }]);
    await expect(refused).rejects.toMatchObject({ name: "CommitConflict", collection: "c", key: "other" });
    expect(await partition.get("c", "k")).toBeUndefined();
    expect(await partition.queues.names()).toEqual([]);
    expect(await partition.streams.end("s")).toBe(0);

    await partition.commit(all);
    expect(await partition.get("c", "k")).toMatchObject({ value: 1 });
    expect(await partition.queues.browse("q", { limit: 10 })).toMatchObject([{ id: "m", value: 2 }]);
    expect(await partition.streams.read("s", { after: 0, limit: 10 })).toMatchObject([{ value: 3 }]);
    const due = new Promise((resolve) => void partition.timers.listen(resolve));
    expect(await due).toMatchObject([{ name: "t", value: 4 }]);
  });

  test("a commit that conflicts does not disturb those beside it", async () => {
    const partition = bench.freshPartition();
    const commits = Array.from({ length: 40 }, (_, place) =>
      partition.commit([
        { kind: "put-document", collection: "c", key: String(place), value: place },
        { kind: "check-document", collection: "c", key: "none", expect: place % 2 === 0 ? "absent" : 1 },
      ]),
    );
    const outcomes = await Promise.allSettled(commits);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(commits.map((_, place) => place % 2 === 0));
    expect(await partition.scan("c")).toHaveLength(20);
  });

  test("refuses everything once it is closed, and can be closed twice", async () => {
    const store = await open(bench.clock);
    const partition = store.partition({ account: "0", region: "r", service: "s" });
    const last = partition.commit([{ kind: "put-document", collection: "c", key: "k", value: 1 }]);
    await Promise.all([store.close(), store.close()]);
    expect(await last).toMatchObject([{ revision: expect.any(Number) }]);
    const closed = { code: "StoreClosed" };
    await expect(partition.commit([{ kind: "delete-document", collection: "c", key: "k" }])).rejects.toMatchObject(closed);
    await expect(partition.get("c", "k")).rejects.toMatchObject(closed);
    await expect(partition.scan("c")).rejects.toMatchObject(closed);
    await expect(store.blobs.put(Buffer.from("x"))).rejects.toMatchObject(closed);
  });

  test("a waiting receive ends empty when the store closes", async () => {
    const store = await open(bench.clock);
    const { queues } = store.partition({ account: "0", region: "r", service: "s" });
    const waiting = queues.receive("q", { limit: 1, visibilityMs: 1_000, waitMs: 20_000 });
    await queues.names();
    await store.close();
    expect(await waiting).toEqual([]);
  });
}
