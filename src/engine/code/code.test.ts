import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemIds } from "../../core/ids.ts";
import { openCodeCache, type CodeCache } from "./code-cache.ts";
import { inspectArchive } from "./inspect-archive.ts";
import { removeTree } from "./tree-files.ts";
import { staysInside } from "./tree-shape.ts";

interface ZipEntry {
  readonly name: string;
  readonly content?: string | Buffer;
  /** As stat has it, type included; undefined: made where there are no modes. */
  readonly mode?: number;
  /** What the headers claim in place of the truth. */
  readonly claim?: { readonly size?: number; readonly crc?: number };
  /** 8: deflated; 0: stored; others nobody reads. */
  readonly method?: number;
  readonly encrypted?: true;
}

/** A zip as a hostile hand would write it: nothing is checked. */
function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = "", mode, claim, method = 8, encrypted } of entries) {
    const plain = Buffer.from(content);
    const packed = method === 0 ? plain : deflateRawSync(plain);
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(encrypted === undefined ? 0x800 : 0x801, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(claim?.crc ?? crc32(plain), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claim?.size ?? plain.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, nameBytes, packed]);
    const system = Buffer.from([20, mode === undefined ? 0 : 3]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((mode ?? 0) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), system, fields, rest, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

let scratch: string;
let zips = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "lambent-code-"));
});
afterAll(() => removeTree(scratch));

async function stored(zip: Buffer): Promise<string> {
  zips += 1;
  const path = join(scratch, `${zips}.zip`);
  await writeFile(path, zip);
  return path;
}

const inspect = async (...entries: ZipEntry[]): Promise<{ unzippedBytes: number }> => inspectArchive(await stored(zipOf(entries)));

const cannotUnzip = {
  code: "InvalidParameterValueException",
  status: 400,
  message: "Could not unzip uploaded file. Please check your file, then try to upload again.",
};

describe("a package", () => {
  test("is measured by what it unpacks to", async () => {
    expect(await inspect({ name: "a.js", content: "12345" }, { name: "d/" }, { name: "d/b", content: "6" })).toMatchObject({ unzippedBytes: 6 });
  });

  test("that is no zip is refused in AWS's words", async () => {
    await expect(inspectArchive(await stored(Buffer.from("no zip")))).rejects.toMatchObject(cannotUnzip);
    await expect(inspectArchive(await stored(zipOf([{ name: "a", content: "1" }]).subarray(0, 50)))).rejects.toMatchObject(cannotUnzip);
  });

  test("without entries is refused in AWS's words", async () => {
    await expect(inspect()).rejects.toMatchObject({ message: "Uploaded file must be a non-empty zip" });
  });

  test("that unpacks to more than AWS takes is refused, whatever its headers claim", async () => {
    const huge = Buffer.alloc(131_072_001);
    const tooLarge = { message: "Unzipped size must be smaller than 262144000 bytes" };
    await expect(inspect({ name: "a", content: huge }, { name: "b", content: huge })).rejects.toMatchObject(tooLarge);
    await expect(inspect({ name: "a", content: huge, claim: { size: 1 } })).rejects.toMatchObject(cannotUnzip);
  });

  test("that claims more than AWS takes is refused before any of it is inflated", async () => {
    await expect(inspect({ name: "a", claim: { size: 262_144_001 } })).rejects.toMatchObject({ message: "Unzipped size must be smaller than 262144000 bytes" });
  });

  test("with more entries than any function needs is refused", async () => {
    const one = zipOf([{ name: "a" }]);
    const directory = one.subarray(one.indexOf("PK\x01\x02"), one.indexOf("PK\x05\x06"));
    const names = Array.from({ length: 200_001 }, (_, n) => {
      const entry = Buffer.concat([directory.subarray(0, 46), Buffer.from(n.toString(36).padStart(4, "0"))]);
      entry.writeUInt16LE(4, 28);
      return entry;
    });
    const [locals, central] = [Buffer.from(one.subarray(0, one.indexOf("PK\x01\x02"))), Buffer.concat(names)];
    // Too many for the usual end of a zip: ZIP64 has room for them.
    const end = Buffer.alloc(98);
    end.write("PK\x06\x06");
    end.writeBigUInt64LE(44n, 4);
    for (const at of [24, 32]) end.writeBigUInt64LE(BigInt(names.length), at);
    end.writeBigUInt64LE(BigInt(central.length), 40);
    end.writeBigUInt64LE(BigInt(locals.length), 48);
    end.write("PK\x06\x07", 56);
    end.writeBigUInt64LE(BigInt(locals.length + central.length), 64);
    end.writeUInt32LE(1, 72);
    end.write("PK\x05\x06", 76);
    end.fill(0xff, 84, 96);
    await expect(inspectArchive(Buffer.concat([locals, central, end]))).rejects.toMatchObject({ ...cannotUnzip, cause: { message: "more than 200000 entries" } });
  });

  test.each<[string, ZipEntry]>([
    ["an encrypted file", { name: "a", content: "1", encrypted: true }],
    ["a file packed in a way of its own", { name: "a", content: "1", method: 12 }],
    ["a small file that is larger than it says", { name: "a", content: "12345", claim: { size: 4 } }],
    ["a small file that is smaller than it says", { name: "a", content: "12345", claim: { size: 6 } }],
    ["a large file that is larger than it says", { name: "a", content: Buffer.alloc(400_000), claim: { size: 300_000 } }],
    ["a large file that is smaller than it says", { name: "a", content: Buffer.alloc(400_000), claim: { size: 500_000 } }],
    ["a large file with a wrong checksum", { name: "a", content: Buffer.alloc(400_000), claim: { crc: 1 } }],
    ["a folder that is a link", { name: "a/", content: "b", mode: 0o120777 }],
    ["a socket", { name: "a", mode: 0o140666 }],
    ["a file without a name", { name: ".", content: "1" }],
  ])("with %s is refused", async (_, entry) => {
    await expect(inspect({ name: "first", content: "1" }, entry)).rejects.toMatchObject(cannotUnzip);
  });

  test("is read the same from memory as from disk", async () => {
    const zip = zipOf([{ name: "a", content: randomBytes(700_000) }, { name: "b", content: "12345", method: 0 }, { name: "c/" }]);
    expect(await inspectArchive(zip)).toMatchObject({ unzippedBytes: 700_005 });
    expect(await inspectArchive(await stored(zip))).toMatchObject({ unzippedBytes: 700_005 });
  });

  test("with a wrong checksum is refused", async () => {
    await expect(inspect({ name: "a", content: "1", claim: { crc: 1 } })).rejects.toMatchObject(cannotUnzip);
  });

  test.each([
    ["climbs", "../a"],
    ["climbs in the middle", "a/../../b"],
    ["is absolute", "/etc/passwd"],
    ["has a drive", "C:/a"],
    ["climbs with backslashes", "..\\a"],
    ["has a NUL", "a\0b"],
    ["is too long", "n".repeat(256)],
  ])("with a path that %s is refused", async (_, name) => {
    await expect(inspect({ name, content: "1" })).rejects.toMatchObject(cannotUnzip);
  });

  const link = 0o120777;
  test.each<[string, ZipEntry[]]>([
    ["the same file twice", [{ name: "a" }, { name: "./a" }]],
    ["a file and a folder of one name", [{ name: "a" }, { name: "a/b" }]],
    ["a file below a link", [{ name: "l", content: "d", mode: link }, { name: "l/x" }]],
    ["a link over a folder", [{ name: "l/x" }, { name: "l", content: "d", mode: link }]],
    ["a link out", [{ name: "l", content: "../x", mode: link }]],
    ["an absolute link", [{ name: "l", content: "/etc/passwd", mode: link }]],
    ["a link out by way of another", [{ name: "d/e/l", content: "../..", mode: link }, { name: "m", content: "d/e/l/../x", mode: link }]],
    ["an endless link", [{ name: "l", content: "x".repeat(5000), mode: link }]],
    ["a device", [{ name: "d", mode: 0o020666 }]],
    ["a pipe", [{ name: "p", mode: 0o010666 }]],
  ])("with %s is refused", async (_, entries) => {
    await expect(inspect(...entries)).rejects.toMatchObject(cannotUnzip);
  });

  test("with any bytes in it never does more than be refused", async () => {
    const good = zipOf([{ name: "a/b.js", content: "x".repeat(100), mode: 0o100644 }, { name: "l", content: "a/b.js", mode: link }]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const outcome = await inspectArchive(await stored(bytes)).catch((error: unknown) => error);
        expect(outcome).toSatisfy((it: object) => "unzippedBytes" in it || ("code" in it && it.code === "InvalidParameterValueException"));
      }),
      { numRuns: 150 },
    );
  });
});

describe("a link", () => {
  test.each([
    ["a/b/l", "../c", true],
    ["a/b/l", "../../c", true],
    ["a/b/l", "../../../c", false],
    ["l", ".", true],
    ["l", "a/b", true],
    ["l", "a/../b", false],
    ["l", "", false],
  ])("at %s to %s stays inside: %s", (path, target, inside) => {
    expect(staysInside(path, target)).toBe(inside);
  });
});

describe("the code cache", () => {
  const sha = (digit: string): string => digit.repeat(64);

  async function open(name: string, zip: Buffer | undefined): Promise<{ cache: CodeCache; directory: string; reads: string[] }> {
    const directory = join(scratch, name);
    const path = zip === undefined ? undefined : await stored(zip);
    const reads: string[] = [];
    const blobs = {
      async path(sha256: string) {
        reads.push(sha256);
        return path;
      },
    };
    return { cache: openCodeCache({ directory, blobs, ids: systemIds }), directory, reads };
  }

  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

  test("is not kept busy by links that lead to their own folder", async () => {
    const links = ["a", "b", "c"].map((name) => ({ name, content: ".", mode: 0o120777 }));
    const { cache } = await open("loops", zipOf(links));
    expect(await readlink(join((await cache.hold(sha("a"))).path, "a"))).toBe(".");
  });

  test("unpacks read-only, keeping what may be executed, links and folders", async () => {
    const { cache } = await open(
      "modes",
      zipOf([
        { name: "bootstrap", content: "#!", mode: 0o104755 },
        { name: "lib/data.txt", content: "data", mode: 0o100600 },
        { name: "from-windows.sh", content: "x" },
        { name: "latest", content: "lib/data.txt", mode: 0o120777 },
        { name: "empty/", mode: 0o040755 },
      ]),
    );
    const { path } = await cache.hold(sha("a"));
    expect(await modeOf(join(path, "bootstrap"))).toBe("555");
    expect(await modeOf(join(path, "lib/data.txt"))).toBe("444");
    expect(await modeOf(join(path, "from-windows.sh"))).toBe("444");
    expect(await modeOf(join(path, "lib"))).toBe("555");
    expect(await modeOf(path)).toBe("555");
    expect(await readlink(join(path, "latest"))).toBe("lib/data.txt");
    expect(await readFile(join(path, "latest"), "utf8")).toBe("data");
    expect(await readdir(join(path, "empty"))).toEqual([]);
  });

  test("unpacks what was packed, whatever its size and however it is packed", async () => {
    const file = fc.record({
      size: fc.oneof(fc.nat(300), fc.nat(2_000_000)),
      method: fc.constantFrom(0, 8),
      executable: fc.boolean(),
      repeats: fc.boolean(),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 40 }), async (files) => {
        const entries = files.map(({ size, method, executable, repeats }, n) => ({
          name: `d${n % 5}/${n}`,
          content: repeats ? Buffer.alloc(size, `${n}`) : randomBytes(size),
          method,
          mode: executable ? 0o100755 : 0o100644,
        }));
        const { cache } = await open(`packed-${(runs += 1)}`, zipOf(entries));
        const { path } = await cache.hold(sha("f"));
        for (const { name, content, mode } of entries) {
          expect((await readFile(join(path, name))).equals(content)).toBe(true);
          expect(await modeOf(join(path, name))).toBe((mode & 0o555).toString(8));
        }
      }),
      { numRuns: 15 },
    );
  });

  test("unpacks once for all who ask at the same time, and not again after a restart", async () => {
    const zip = zipOf([{ name: "a", content: "1" }]);
    const first = await open("once", zip);
    const trees = await Promise.all([first.cache.hold(sha("b")), first.cache.hold(sha("b")), first.cache.hold(sha("b"))]);
    expect(new Set(trees.map(({ path }) => path)).size).toBe(1);
    expect(first.reads).toHaveLength(1);
    const second = await open("once", zip);
    await second.cache.hold(sha("b"));
    expect(second.reads).toHaveLength(0);
  });

  test("unpacks again what a crash has left incomplete", async () => {
    const zip = zipOf([{ name: "a", content: "12345" }]);
    const first = await open("crash", zip);
    const { path } = await first.cache.hold(sha("c"));
    // A file whose bytes never reached the disk.
    await rm(join(path, "a"));
    await writeFile(join(path, "a"), "");
    await mkdir(join(first.directory, "unpacking-0"));
    const second = await open("crash", zip);
    expect(await readFile(join((await second.cache.hold(sha("c"))).path, "a"), "utf8")).toBe("12345");
    expect((await readdir(first.directory)).toSorted()).toEqual([sha("c"), `${sha("c")}.json`, "package.json"]);
  });

  test("leaves nothing of a package that cannot be unpacked, and tries again when asked", async () => {
    const { cache, directory, reads } = await open("broken", zipOf([{ name: "a" }, { name: "../b" }]));
    await expect(cache.hold(sha("d"))).rejects.toMatchObject(cannotUnzip);
    await expect(cache.hold(sha("d"))).rejects.toMatchObject(cannotUnzip);
    expect(reads).toHaveLength(2);
    expect(await readdir(directory)).toEqual(["package.json"]);
  });

  test("says when the store has lost the package", async () => {
    const { cache } = await open("lost", undefined);
    await expect(cache.hold(sha("e"))).rejects.toMatchObject({ code: "ServiceException" });
  });

  test("collects what nobody needs, but nothing that an environment runs on", async () => {
    const { cache, directory } = await open("collect", zipOf([{ name: "d/a", content: "1" }]));
    const held = await cache.hold(sha("1"));
    (await cache.hold(sha("2"))).release();
    (await cache.hold(sha("3"))).release();
    expect(await cache.collect(new Set([sha("2")]))).toBe(1);
    expect((await readdir(directory)).filter((name) => !name.endsWith(".json")).toSorted()).toEqual([sha("1"), sha("2")]);
    held.release();
    held.release();
    const [count, again] = await Promise.all([cache.collect(new Set()), cache.hold(sha("1"))]);
    expect(count).toBeGreaterThan(0);
    expect(await readFile(join(again.path, "d/a"), "utf8")).toBe("1");
  });
});
