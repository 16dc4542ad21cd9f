// The folder of a server that keeps nothing. It goes when the server stops; when that was killed, with the start of the next
// one of the same user. A locked file in it tells that a server lives, however others end.
import { closeSync, openSync, renameSync } from "node:fs";
import { lstat, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ifThere } from "./errno.ts";
import { removeFolders } from "./remove-folders.ts";
import type { Syscalls } from "./syscalls.ts";

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

const prefix = "lambent-";
const lockName = "in-use";

/** `onError`: of a folder that a killed server has left and that cannot be removed. */
export async function openTemporaryFolder(syscalls: Pick<Syscalls, "tryLock">, onError: (error: unknown) => void, parent = tmpdir()): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(parent, prefix));
  const lock = openSync(join(path, `${lockName}-soon`), "wx", 0o600);
  syscalls.tryLock(lock);
  // Nobody sees it before it is locked.
  renameSync(join(path, `${lockName}-soon`), join(path, lockName));
  // No start waits for it: there may be much.
  const tidying = removeAbandoned(parent, syscalls).catch(onError);
  return {
    path,
    remove: async () => {
      await tidying;
      await removeFolders(path);
      closeSync(lock);
    },
  };
}

async function removeAbandoned(parent: string, syscalls: Pick<Syscalls, "tryLock">): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(prefix) || !(await isOurs(path))) continue;
    const lock = ifThere(() => openSync(join(path, lockName), "r"));
    if (lock === undefined) continue;
    try {
      if (syscalls.tryLock(lock)) await removeFolders(path);
    } finally {
      closeSync(lock);
    }
  }
}

/** What others may write in is theirs to lay traps in. */
async function isOurs(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}
