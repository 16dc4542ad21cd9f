// Tells when code in a folder has changed: once for what changes together. By Node.js's own recursive watch, which on
// Linux, too, follows folders that come and go and leaves alone what it is told to ignore.
import { type FSWatcher, watch } from "node:fs";
import { sep } from "node:path";
import type { Clock, Timer } from "../../core/clock.ts";
import { isCodeName } from "../../core/code-files.ts";
import { folderNotWatched } from "./faults.ts";

export interface FolderWatch {
  readonly clock: Clock;
  /** Paths within the folder. */
  readonly onChange: (files: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

/** An editor that saves, or a compiler that writes several files, is done when it has been quiet for so long. */
const quietMs = 15;

/** Returns what ends it. Fault: FolderNotWatched. */
export function watchFolder(folder: string, { clock, onChange, onError }: FolderWatch): () => void {
  const changed = new Set<string>();
  let timer: Timer | undefined;
  const tell = (): void => {
    const files = [...changed].sort();
    changed.clear();
    onChange(files);
  };
  const note = (_event: string, name: string | null): void => {
    if (name === null || !isWatched(name)) return;
    changed.add(name);
    timer?.cancel();
    timer = clock.after(quietMs, tell);
  };
  const watcher = watched(folder, note);
  watcher.on("error", onError);
  return () => {
    timer?.cancel();
    watcher.close();
  };
}

function watched(folder: string, note: (event: string, name: string | null) => void): FSWatcher {
  try {
    return watch(folder, { recursive: true, ignore: (name) => !isWatched(name) }, note);
  } catch (error) {
    throw folderNotWatched(folder, error);
  }
}

/**
 * Of installed packages only what package managers write when they have finished (`.package-lock.json`, `.modules.yaml`,
 * `.yarn-integrity`): a change of the packages is one change.
 */
function isWatched(path: string): boolean {
  const parts = path.split(sep);
  const packages = parts.indexOf("node_modules");
  if (packages !== -1 && packages < parts.length - 1 && !(packages === parts.length - 2 && parts.at(-1)?.startsWith(".") === true)) return false;
  return parts.every(isCodeName);
}
