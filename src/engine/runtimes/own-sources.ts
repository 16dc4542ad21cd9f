// Reads the JavaScript that a function brings beside its packages. It is hostile and only read, bounded in every direction.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Reading {
  /** Files that are larger than what is left of it are passed over. */
  readonly mostBytes: number;
  readonly onSource: (source: Buffer) => void;
  /** Of each `node_modules`, which is not looked into. */
  readonly onPackages?: (folder: string) => Promise<void>;
}

interface State extends Reading {
  entriesLeft: number;
  bytesLeft: number;
}

const sourcePattern = /\.[cm]?js$/;
const mostEntries = 5_000;
const deepest = 16;

/** Resolves when all is read. Rejects where a folder or a file cannot be. */
export async function readOwnSources(roots: readonly string[], reading: Reading): Promise<void> {
  const state: State = { ...reading, entriesLeft: mostEntries, bytesLeft: reading.mostBytes };
  for (const root of roots) await readFolder(state, root, deepest);
}

async function readFolder(state: State, folder: string, depthLeft: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (state.entriesLeft-- <= 0) return;
    const path = join(folder, entry.name);
    // A link is neither file nor folder here, so nothing outside of the tree is read.
    if (entry.isDirectory() && entry.name === "node_modules") await state.onPackages?.(path);
    else if (entry.isDirectory() && depthLeft > 0) await readFolder(state, path, depthLeft - 1);
    else if (entry.isFile() && sourcePattern.test(entry.name)) await readSource(state, path);
  }
}

async function readSource(state: State, path: string): Promise<void> {
  const { size } = await stat(path);
  if (size > state.bytesLeft) return;
  state.bytesLeft -= size;
  state.onSource(await readFile(path));
}
