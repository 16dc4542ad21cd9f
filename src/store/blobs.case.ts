// Cases for blobs.
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import type { Bench } from "./bench.case.ts";

const hourMs = 3_600_000;

export function blobCases(bench: Bench): void {
  test("keeps bytes and streams under the hash of what they hold", async () => {
    const { blobs } = bench.store;
    const content = randomBytes(700_001);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await blobs.put(chunksOf(content, 64 * 1024))).toEqual({ sha256, sizeBytes: content.length });
    expect(await blobs.put(content)).toEqual({ sha256, sizeBytes: content.length });
    expect((await readBlob(await blobs.open(sha256)))?.equals(content)).toBe(true);
    const path = (await blobs.path(sha256)) ?? "";
    expect(isAbsolute(path)).toBe(true);
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("keeps an empty blob", async () => {
    const { sha256, sizeBytes } = await bench.store.blobs.put(new Uint8Array());
    expect(sizeBytes).toBe(0);
    expect(await readBlob(await bench.store.blobs.open(sha256))).toEqual(Buffer.alloc(0));
  });

  test("reads a range", async () => {
    const { blobs } = bench.store;
    const content = randomBytes(600_000);
    const { sha256 } = await blobs.put(content);
    for (const [start, end] of [[0, 1], [5, 5], [262_143, 262_145], [599_000, 700_000], [700_000, 800_000]] as const) {
      expect((await readBlob(await blobs.open(sha256, { start, end })))?.equals(content.subarray(start, end))).toBe(true);
    }
  });

  test("knows nothing of other names, whatever they look like", async () => {
    const { blobs } = bench.store;
    for (const name of ["0".repeat(64), "", "../lock", "A".repeat(64), `${"0".repeat(62)}/.`, `${"0".repeat(64)}\n`]) {
      expect(await blobs.open(name)).toBeUndefined();
      expect(await blobs.path(name)).toBeUndefined();
    }
  });

  test("a content that is too large, or that fails, is refused and leaves nothing", async () => {
    const { blobs } = bench.store;
    const content = randomBytes(100_000);
    const tooLarge = { code: "BlobTooLarge", message: "The content is larger than 99999 bytes." };
    await expect(blobs.put(content, { maxBytes: 99_999 })).rejects.toMatchObject(tooLarge);
    await expect(blobs.put(chunksOf(content, 1_000), { maxBytes: 99_999 })).rejects.toMatchObject(tooLarge);
    await expect(blobs.put(failingAfter(content))).rejects.toThrow("the sender went away");
    expect(await blobs.path(createHash("sha256").update(content).digest("hex"))).toBeUndefined();
    const { sha256 } = await blobs.put(content, { maxBytes: 100_000 });
    const folder = dirname(dirname((await blobs.path(sha256)) ?? ""));
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  test("stops reading a content that is too large", async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 1;
        yield new Uint8Array(1_000);
      }
    }
    await expect(bench.store.blobs.put(endless(), { maxBytes: 10_000 })).rejects.toMatchObject({ code: "BlobTooLarge" });
    expect(taken).toBe(11);
  });

  test("many puts of one content at once leave one whole file", async () => {
    const { blobs } = bench.store;
    const content = randomBytes(50_000);
    const refs = await Promise.all(Array.from({ length: 10 }, (_, place) => blobs.put(place % 2 === 0 ? content : chunksOf(content, 999))));
    expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(1);
    expect((await readBlob(await blobs.open(refs[0]?.sha256 ?? "")))?.equals(content)).toBe(true);
  });

  test("collects what nobody names, but nothing that was put within the hour", async () => {
    const { blobs } = bench.store;
    const live = await blobs.put(randomBytes(100));
    const dead = await blobs.put(randomBytes(100));
    const again = randomBytes(100);
    const { sha256 } = await blobs.put(again);
    expect(await blobs.collect(new Set([live.sha256]))).toBe(0);
    bench.clock.advance(hourMs);
    await blobs.put(again);
    expect(await blobs.collect(new Set([live.sha256]))).toBeGreaterThanOrEqual(1);
    expect(await blobs.path(dead.sha256)).toBeUndefined();
    expect(await blobs.path(live.sha256)).toBeDefined();
    expect(await blobs.path(sha256)).toBeDefined();
    expect(await blobs.collect(new Set([live.sha256]))).toBe(0);
  });

  test("keeps for another hour what is asked to, as long as it is there", async () => {
    const { blobs } = bench.store;
    const { sha256 } = await blobs.put(randomBytes(100));
    bench.clock.advance(hourMs);
    expect(await blobs.keep(sha256)).toBe(true);
    await blobs.collect(new Set());
    expect(await blobs.path(sha256)).toBeDefined();
    bench.clock.advance(hourMs);
    await blobs.collect(new Set());
    expect(await blobs.keep(sha256)).toBe(false);
    expect(await blobs.keep("../../etc/passwd")).toBe(false);
  });

  test("a put that meets a collection keeps its blob", async () => {
    const { blobs } = bench.store;
    const contents = Array.from({ length: 40 }, () => randomBytes(100));
    const refs = await Promise.all(contents.map((content) => blobs.put(content)));
    for (let round = 0; round < 8; round += 1) {
      bench.clock.advance(hourMs);
      await Promise.all([blobs.collect(new Set()), ...contents.map((content) => blobs.put(content))]);
      expect(await Promise.all(refs.map(({ sha256 }) => blobs.path(sha256)))).not.toContain(undefined);
    }
  });
}

async function* chunksOf(content: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.byteLength; start += bytes) yield content.subarray(start, start + bytes);
}

async function* failingAfter(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
  throw new Error("the sender went away");
}

async function readBlob(content: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  return content && Buffer.concat(await Array.fromAsync(content));
}
