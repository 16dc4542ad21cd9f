// One process a data directory. The lock is SQLite's own on an empty database: a kernel lock, which ends with the
// process that holds it, however that ends.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { storeDiskFailed, storeLocked } from "../faults.ts";

const sqliteBusy = 5;

export interface DirectoryLock {
  release(): void;
}

/** Makes the directory where there is none. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const pidFile = join(directory, "lock.pid");
  let database: DatabaseSync | undefined;
  try {
    // What is stored is the user's: payloads, environment variables, code.
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const lock = new DatabaseSync(join(directory, "lock"), { timeout: 0 });
    database = lock;
    // RESERVED: a lock that only one connection can have, and that writes nothing.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
    // For the message only; who holds the lock is for the kernel to say.
    await writeFile(pidFile, String(process.pid));
    return { release: () => lock.close() };
  } catch (error) {
    database?.close();
    const isBusy = error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
    throw isBusy ? storeLocked(directory, await ownerIn(pidFile)) : storeDiskFailed(directory, error);
  }
}

async function ownerIn(pidFile: string): Promise<string> {
  try {
    return `process ${await readFile(pidFile, "utf8")}`;
  } catch (error) {
    // The owner has locked, and not written its number yet.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "another process";
    throw error;
  }
}
