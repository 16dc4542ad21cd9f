import { mkdir, mkdtemp, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { systemIds } from "../../core/ids.ts";
import { openCodeCache, treeKey, type CodeCache } from "./code-cache.ts";
import { removeTree } from "./tree-files.ts";

let scratch: string;
let cache: CodeCache;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "lambent-merge-"));
  await mkdir(join(scratch, "zips"));
  cache = openCodeCache({ directory: join(scratch, "trees"), blobs: { path: async (name) => join(scratch, "zips", name) }, ids: systemIds });
});
afterAll(() => removeTree(scratch));

/** Entries by path: a text is a file, `{ link }` a symbolic link, `{}` a folder. */
type Layer = Readonly<Record<string, string | { readonly link?: string }>>;

let layers = 0;
async function put(layer: Layer): Promise<string> {
  const zip = new ZipFile();
  for (const [path, entry] of Object.entries(layer)) {
    if (typeof entry === "string") zip.addBuffer(Buffer.from(entry), path, { mode: 0o100644 });
    else if (entry.link === undefined) zip.addEmptyDirectory(path);
    else zip.addBuffer(Buffer.from(entry.link), path, { mode: 0o120777 });
  }
  zip.end();
  const name = `${++layers}`.padStart(64, "0");
  await writeFile(join(scratch, "zips", name), Buffer.concat(await Array.fromAsync(zip.outputStream as AsyncIterable<Buffer>)));
  return name;
}

/** Where the layers lie laid together, lowest first, and what is there in the form in which they were given. */
async function merge(...all: readonly Layer[]): Promise<{ readonly path: string; readonly content: Layer }> {
  const { path } = await cache.hold(...(await Promise.all(all.map(put))));
  return { path, content: await contentOf(path) };
}

async function contentOf(root: string, folder = ""): Promise<Layer> {
  const content: Record<string, Layer[string]> = {};
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) content[path] = await readFile(join(root, path), "utf8");
    else if (entry.isSymbolicLink()) content[path] = { link: await readlink(join(root, path)) };
    else Object.assign(content, await contentOf(root, path));
  }
  return content;
}

describe("layers laid over each other", () => {
  test("have all their files, and of the same file the later one", async () => {
    const { content } = await merge({ "bin/a": "1", "lib/x": "1" }, { "bin/b": "2", "lib/x": "2" }, { "lib/x": "3" });
    expect(content).toEqual({ "bin/a": "1", "bin/b": "2", "lib/x": "3" });
  });

  test("are as read-only as one package is, and one layer alone is its own tree", async () => {
    const { path } = await merge({ "a/x": "1" }, { "a/y": "2" });
    expect((await stat(join(path, "a"))).mode & 0o777).toBe(0o555);
    expect((await stat(join(path, "a/x"))).mode & 0o777).toBe(0o444);
    const name = await put({ x: "1" });
    expect(treeKey([name])).toBe(name);
    expect((await cache.hold(name)).path.endsWith(name)).toBe(true);
  });

  test.each<readonly [string, Layer, Layer, Layer]>([
    ["a file hides a folder", { "x/y": "lower" }, { x: "upper" }, { x: "upper" }],
    ["a folder hides a file", { x: "lower" }, { "x/y": "upper" }, { "x/y": "upper" }],
    ["a link hides a folder", { "x/y": "lower", "z/y": "" }, { x: { link: "z" } }, { x: { link: "z" }, "z/y": "" }],
    ["a link hides a file", { x: "lower" }, { x: { link: "z" } }, { x: { link: "z" } }],
    ["a file hides a link", { x: { link: "z" }, z: "" }, { x: "upper" }, { x: "upper", z: "" }],
    ["an empty folder joins a full one", { "x/y": "lower" }, { "x/": {} }, { "x/y": "lower" }],
  ])("%s", async (_case, lower, upper, expected) => {
    expect((await merge(lower, upper)).content).toEqual(expected);
  });

  test("write into a folder of their own where a lower layer has a link, not where that leads", async () => {
    const { content } = await merge({ x: { link: "y" }, "y/kept": "lower" }, { "x/new": "upper" });
    expect(content).toEqual({ "x/new": "upper", "y/kept": "lower" });
  });

  test("drop what a lower layer has below a link of an upper one", async () => {
    const { content } = await merge({ "x/new": "lower", "x/deep/er": "lower" }, { x: { link: "y" }, "y/kept": "upper" });
    expect(content).toEqual({ x: { link: "y" }, "y/kept": "upper" });
  });

  test("take no link that leads out, in whichever layer", async () => {
    for (const link of ["/etc", "..", "a/../.."]) {
      await expect(merge({ x: { link } }, { "x/passwd": "mine" })).rejects.toMatchObject({ code: "InvalidParameterValueException" });
      await expect(merge({ "x/passwd": "mine" }, { x: { link } })).rejects.toMatchObject({ code: "InvalidParameterValueException" });
    }
  });

  test("keep a climbing link inside although another layer turns the folder above it into a link", async () => {
    const { content } = await merge({ "a/b/up": { link: "../../top" }, top: "" }, { a: { link: "c" }, "c/b/x": "" });
    expect(content).toEqual({ a: { link: "c" }, "c/b/x": "", top: "" });
  });
});

test("a tree of layers is made anew for another order, and goes when it is no longer named nor held", async () => {
  const [a, b] = [await put({ x: "a" }), await put({ x: "b" })];
  const [ab, ba] = [await cache.hold(a, b), await cache.hold(b, a)];
  expect(await readFile(join(ab.path, "x"), "utf8")).toBe("b");
  expect(await readFile(join(ba.path, "x"), "utf8")).toBe("a");
  ba.release();
  ab.release();
  const again = await cache.hold(a, b);
  expect(again.path).toBe(ab.path);
  expect(await cache.collect(new Set([treeKey([a, b])]))).toBeGreaterThanOrEqual(1);
  await expect(stat(ba.path)).rejects.toMatchObject({ code: "ENOENT" });
  again.release();
  await cache.collect(new Set());
  await expect(stat(ab.path)).rejects.toMatchObject({ code: "ENOENT" });
});
