// Trees of unpacked code on disk: written read-only, measured, removed.
import { chmod, lstat, mkdir, open, readdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArchiveVisitor, FileContent } from "./read-archive.ts";

/** What a tree holds; tells a whole one from one that a crash has cut short. */
export interface TreeSize {
  readonly folders: number;
  readonly files: number;
  readonly bytes: number;
}

export interface TreeWriter extends ArchiveVisitor {
  /** Small files are written side by side: resolves when all are, or rejects with what went wrong first. */
  end(): Promise<void>;
}

/** As many as keep the threads busy that Node.js has for files. */
const mostAtOnce = 8;

/** Writes below `root`, which must be there. Who reads it gets files that nobody can write. */
export function treeWriter(root: string): TreeWriter {
  const made = new Set<string>(["."]);
  const writing = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const ensure = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(join(root, path), { recursive: true });
    for (let folder = path; !made.has(folder); folder = dirname(folder)) made.add(folder);
  };
  const track = (written: Promise<void>): void => {
    const tracked = written.catch((error: unknown) => void failures.push(error)).finally(() => writing.delete(tracked));
    writing.add(tracked);
  };
  return {
    directory: ensure,
    async file(path, executable, content) {
      await ensure(dirname(path));
      const written = writeReadOnly(join(root, path), executable, content);
      // A large one has to be read before the next entry comes.
      if (!Buffer.isBuffer(content)) return written;
      track(written);
      if (writing.size >= mostAtOnce) await Promise.race(writing);
      if (failures.length > 0) throw failures[0];
    },
    async symlink(path, target) {
      await ensure(dirname(path));
      await symlink(target, join(root, path));
    },
    async end() {
      await Promise.all(writing);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function writeReadOnly(path: string, executable: boolean, content: FileContent): Promise<void> {
  // `wx`: two names that this file system takes for one must not overwrite each other.
  await using file = await open(path, "wx", 0o600);
  if (Buffer.isBuffer(content)) await file.writeFile(content);
  else for await (const chunk of content) await file.writeFile(chunk);
  await file.chmod(executable ? 0o555 : 0o444);
}

/** A tree that is not there has no folder, not even its root. */
export async function measureTree(root: string): Promise<TreeSize> {
  const folders = await foldersOf(root);
  let files = 0;
  let bytes = 0;
  // Not by a recursive readdir, which follows links: two that lead to their own folder keep it going for ever.
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      files += 1;
      bytes += (await lstat(join(folder, entry.name))).size;
    }
  }
  return { folders: folders.length, files, bytes };
}

/** Folders are closed last: nothing can be written into one that is. */
export async function closeFolders(root: string): Promise<void> {
  for (const folder of await foldersOf(root)) await chmod(folder, 0o555);
}

export async function removeTree(root: string): Promise<void> {
  for (const folder of await foldersOf(root)) await chmod(folder, 0o755);
  await rm(root, { recursive: true, force: true });
}

/** The root first; none when there is no such tree. Links are not followed. */
async function foldersOf(root: string): Promise<readonly string[]> {
  const folders: string[] = [];
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = await entriesOf(folder);
    if (entries === undefined) continue;
    folders.push(folder);
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(folder, entry.name));
  }
  return folders;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
