// Unpacked code by the hash of its zip: each package once, whoever uses it, ready to be mounted; and layers that are
// used together as one tree. Everything here can be made again from the blobs, so nothing is synced; a tree counts only
// if it has all that its mark says.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ids } from "../../core/ids.ts";
import type { Blobs } from "../../store/blob.ts";
import type { CodeTree, CodeTrees } from "./code-trees.ts";
import { codeLost } from "./faults.ts";
import { readArchive } from "./read-archive.ts";
import { compiledFolder } from "./compiled-code.ts";
import { closeFolders, measureTree, removeTree, treeWriter, type TreeWriter } from "./tree-files.ts";
import { TreeMerge } from "./tree-merge.ts";

export interface CodeCache extends CodeTrees {
  /** Deletes every tree that is neither in `live` (see treeKey) nor held. Returns how many went. */
  collect(live: ReadonlySet<string>): Promise<number>;
}

export interface CodeCacheParts {
  /** Made if it is not there; nobody else's. */
  readonly directory: string;
  readonly blobs: Pick<Blobs, "path">;
  readonly ids: Ids;
}

interface Cached {
  /** Whoever comes while it is being unpacked waits for the same promise. */
  readonly path: Promise<string>;
  holds: number;
}

/** What names the tree of these packages. One package's is its own hash. */
export function treeKey(packages: readonly string[]): string {
  const [only] = packages;
  if (only !== undefined && packages.length === 1) return only;
  return createHash("sha256").update(packages.join("\n")).digest("hex");
}

const unpackingPrefix = "unpacking-";
const markSuffix = ".json";

export function openCodeCache({ directory, blobs, ids }: CodeCacheParts): CodeCache {
  const cached = new Map<string, Cached>();
  const removals = new Map<string, Promise<void>>();
  const swept = sweep(directory);
  // Told to whoever needs a tree.
  swept.catch(() => undefined);

  const archiveOf = async (sha256: string): Promise<string> => {
    const archive = await blobs.path(sha256);
    if (archive === undefined) throw codeLost(sha256);
    return archive;
  };
  const unpack = async (key: string, packages: readonly string[]): Promise<string> => {
    await swept;
    await removals.get(key);
    const path = join(directory, key);
    if (await isWhole(path)) return path;
    await remove(path);
    const archives = await Promise.all(packages.map(archiveOf));
    const unpacking = join(directory, `${unpackingPrefix}${ids.hex(8)}`);
    try {
      await mkdir(unpacking);
      await unpackAll(archives, treeWriter(unpacking));
      const mark = JSON.stringify(await measureTree(unpacking));
      await rename(unpacking, path);
      await closeFolders(path);
      await writeFile(`${path}${markSuffix}`, mark);
      return path;
    } catch (error) {
      await removeTree(unpacking);
      throw error;
    }
  };

  const find = (packages: readonly string[]): Cached => {
    const key = treeKey(packages);
    const known = cached.get(key);
    if (known !== undefined) return known;
    const path = unpack(key, packages);
    const entry: Cached = { path, holds: 0 };
    cached.set(key, entry);
    // A failure is not kept: the next one tries again.
    path.catch(() => cached.delete(key));
    return entry;
  };

  const hold = async (...packages: readonly string[]): Promise<CodeTree> => {
    const entry = find(packages);
    entry.holds += 1;
    const release = once(() => void (entry.holds -= 1));
    try {
      return { path: await entry.path, release };
    } catch (error) {
      release();
      throw error;
    }
  };

  return {
    hold,
    async collect(live) {
      await swept;
      const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{64}$/.test(name));
      const unused = names.filter((name) => !live.has(name) && (cached.get(name)?.holds ?? 0) === 0);
      const going = unused.map((name) => {
        cached.delete(name);
        const removal = remove(join(directory, name)).finally(() => removals.delete(name));
        removals.set(name, removal);
        return removal;
      });
      await Promise.all(going);
      return unused.length;
    },
  };
}

/** Layers over each other, the uppermost last. Nothing is being written any more when it ends, however it does. */
async function unpackAll(archives: readonly string[], writer: TreeWriter): Promise<void> {
  const merge = new TreeMerge(writer);
  try {
    for (const archive of archives.toReversed()) await readArchive(archive, merge.below());
  } finally {
    await writer.end();
  }
}

/** What a server that was killed has left half-made. */
async function sweep(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const left = (await readdir(directory)).filter((name) => name.startsWith(unpackingPrefix));
  await Promise.all(left.map((name) => removeTree(join(directory, name))));
  // Node.js asks the nearest package.json upwards whether `.js` is a module. A driver without a mount namespace lets it
  // see the folders above the task root: the project around the data directory must not answer for the function.
  await writeFile(join(directory, "package.json"), "{}\n");
}

/** The mark goes first: a tree without one is no tree. */
async function remove(path: string): Promise<void> {
  await rm(`${path}${markSuffix}`, { force: true });
  await removeTree(compiledFolder(path));
  await removeTree(path);
}

async function isWhole(path: string): Promise<boolean> {
  try {
    const mark = await readFile(`${path}${markSuffix}`, "utf8");
    return mark === JSON.stringify(await measureTree(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

function once(run: () => void): () => void {
  let ran = false;
  return () => {
    if (!ran) run();
    ran = true;
  };
}
