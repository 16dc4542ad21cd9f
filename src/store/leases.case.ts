// Cases for leases.
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";
import { CommitConflict } from "./store.ts";

const write = { kind: "put-document", collection: "c", key: "k", value: 1 } as const;

export function leaseCases(bench: Bench): void {
  test("one owner has it until its time is over", async () => {
    const { leases } = bench.freshPartition();
    const first = await leases.acquire("shard", "a", 1_000);
    expect(first).toMatchObject({ name: "shard", owner: "a" });
    expect(await leases.acquire("shard", "b", 1_000)).toBeUndefined();
    bench.clock.advance(999);
    expect(await leases.acquire("shard", "b", 1_000)).toBeUndefined();
    bench.clock.advance(1);
    const second = await leases.acquire("shard", "b", 1_000);
    expect(second?.token).toBeGreaterThan(first?.token ?? Infinity);
  });

  test("a renewal keeps it and its token; a lost one cannot be renewed", async () => {
    const { leases } = bench.freshPartition();
    const lease = await acquired(leases.acquire("shard", "a", 1_000));
    bench.clock.advance(900);
    expect(await leases.renew(lease, 1_000)).toBe(true);
    bench.clock.advance(900);
    expect(await leases.acquire("shard", "b", 1_000)).toBeUndefined();
    bench.clock.advance(100);
    await acquired(leases.acquire("shard", "b", 1_000));
    expect(await leases.renew(lease, 1_000)).toBe(false);
  });

  test("fences what a former owner still writes, and lets the present one through", async () => {
    const partition = bench.freshPartition();
    const former = await acquired(partition.leases.acquire("shard", "a", 1_000));
    await partition.commit([former.fence, write]);
    await partition.leases.renew(former, 1_000);
    await partition.commit([former.fence, write]);
    bench.clock.advance(1_000);
    // Expired, but nobody has taken over: nothing can be overwritten.
    await partition.commit([former.fence, write]);
    const present = await acquired(partition.leases.acquire("shard", "b", 1_000));
    await expect(partition.commit([former.fence, write])).rejects.toThrow(CommitConflict);
    await partition.commit([present.fence, write]);
  });

  test("a release frees it at once; one that comes too late frees nothing", async () => {
    const { leases } = bench.freshPartition();
    const first = await acquired(leases.acquire("shard", "a", 1_000));
    await leases.release(first);
    const second = await acquired(leases.acquire("shard", "b", 1_000));
    await leases.release(first);
    expect(await leases.acquire("shard", "c", 1_000)).toBeUndefined();
    expect(second.token).toBeGreaterThan(first.token);
  });

  test("of many who try at once, one gets it", async () => {
    const { leases } = bench.freshPartition();
    const tries = await Promise.all(Array.from({ length: 20 }, (_, place) => leases.acquire("shard", `owner ${place}`, 1_000)));
    expect(tries.filter((lease) => lease !== undefined)).toHaveLength(1);
  });
}

async function acquired<Lease>(lease: Promise<Lease | undefined>): Promise<Lease> {
  const got = await lease;
  if (got === undefined) throw new Error("the lease was not given");
  return got;
}
