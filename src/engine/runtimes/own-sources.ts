// Reads the sources that a function brings. They are hostile and only read, bounded in every direction.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Reading {
  /** Names of the files. */
  readonly files: RegExp;
  /** Files that are larger than what is left of it are passed over. */
  readonly mostBytes: number;
  readonly onSource: (source: Buffer) => void;
  /** Of each `node_modules`, which is not looked into. */
  readonly onPackages?: (folder: string) => Promise<void>;
}

export interface AskedReading extends Pick<Reading, "files" | "mostBytes"> {
  readonly names: (source: Buffer) => boolean;
}

interface State extends Reading {
  entriesLeft: number;
  bytesLeft: number;
  /** Whether something was passed over. */
  isPartial: boolean;
}

export const javaScriptFiles = /\.[cm]?js$/;

const mostEntries = 5_000;
const deepest = 16;

/** Resolves with whether all is read. Rejects where a folder or a file cannot be. */
export async function readOwnSources(roots: readonly string[], reading: Reading): Promise<boolean> {
  const state: State = { ...reading, entriesLeft: mostEntries, bytesLeft: reading.mostBytes, isPartial: false };
  for (const root of roots) await readFolder(state, root, deepest);
  return !state.isPartial;
}

/** Whether one of them does, or might: what there is too much of to be read. */
export async function anySource(roots: readonly string[], { names, ...reading }: AskedReading): Promise<boolean> {
  let isFound = false;
  const isWhole = await readOwnSources(roots, { ...reading, onSource: (source) => void (isFound ||= names(source)) });
  return isFound || !isWhole;
}

async function readFolder(state: State, folder: string, depthLeft: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (state.entriesLeft-- <= 0) {
      state.isPartial = true;
      return;
    }
    const path = join(folder, entry.name);
    // A link is neither file nor folder here, so nothing outside of the tree is read.
    if (entry.isDirectory() && entry.name === "node_modules") await state.onPackages?.(path);
    else if (entry.isDirectory() && depthLeft > 0) await readFolder(state, path, depthLeft - 1);
    else if (entry.isFile() && state.files.test(entry.name)) await readSource(state, path);
  }
}

async function readSource(state: State, path: string): Promise<void> {
  const { size } = await stat(path);
  if (size > state.bytesLeft) {
    state.isPartial = true;
    return;
  }
  state.bytesLeft -= size;
  state.onSource(await readFile(path));
}
