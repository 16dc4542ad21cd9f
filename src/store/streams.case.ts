// Cases for streams.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";

const append = (value: number, stream = "s") => ({ kind: "append-record", stream, value }) as const;

export function streamCases(bench: Bench): void {
  test("keeps records in the order appended and reads from any position", async () => {
    const partition = bench.freshPartition();
    const { streams } = partition;
    const appended = await Promise.all(Array.from({ length: 20 }, (_, place) => partition.commit([append(place), append(-1, "other")])));
    const records = await streams.read("s", { after: 0, limit: 100 });
    expect(records.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, place) => place));
    expect(records.map(({ sequence }) => sequence)).toEqual(appended.map(([result]) => result.sequence));
    expect(records[0]?.appendedAtMs).toBe(bench.clock.now());
    expect(await streams.read("s", { after: records[9]?.sequence ?? 0, limit: 5 })).toEqual(records.slice(10, 15));
    expect(await streams.end("s")).toBe(records.at(-1)?.sequence);
  });

  test("forgets what was trimmed, keeps the end and goes on from it", async () => {
    const partition = bench.freshPartition();
    const { streams } = partition;
    const [, second, third] = await partition.commit([append(1), append(2), append(3)]);
    await partition.commit([{ kind: "trim-stream", stream: "s", through: second.sequence }]);
    expect(await streams.read("s", { after: 0, limit: 10 })).toMatchObject([{ value: 3 }]);
    await partition.commit([{ kind: "trim-stream", stream: "s", through: 1 }]);
    expect(await streams.read("s", { after: 0, limit: 10 })).toMatchObject([{ value: 3 }]);
    await partition.commit([{ kind: "trim-stream", stream: "s", through: Number.MAX_SAFE_INTEGER }]);
    expect(await streams.read("s", { after: 0, limit: 10 })).toEqual([]);
    expect(await streams.end("s")).toBe(third.sequence);
    await partition.commit([append(4)]);
    expect(await streams.read("s", { after: third.sequence, limit: 10 })).toMatchObject([{ value: 4 }]);
  });

  test("a deleted stream is empty, and begins anew with the next record", async () => {
    const partition = bench.freshPartition();
    const { streams } = partition;
    await partition.commit([append(1)]);
    await partition.commit([{ kind: "delete-stream", stream: "s" }]);
    expect(await streams.end("s")).toBe(0);
    await partition.commit([append(2)]);
    expect(await streams.read("s", { after: 0, limit: 10 })).toMatchObject([{ value: 2 }]);
  });

  test("wakes watchers once for each commit that appended, until they end", async () => {
    const partition = bench.freshPartition();
    const { streams } = partition;
    let woken = 0;
    const end = streams.watch("s", () => void (woken += 1));
    await partition.commit([append(1), append(2)]);
    await partition.commit([append(1, "other")]);
    expect(woken).toBe(1);
    end();
    await partition.commit([append(3)]);
    expect(woken).toBe(1);
  });
}
