// One process a data directory. The lock is SQLite's own on an empty database: a kernel lock, which ends with the
// process that holds it, however that ends.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { storeDiskFailed, storeLocked } from "../faults.ts";

const sqliteBusy = 5;

export interface DirectoryLock {
  release(): void;
}

export function lockDirectory(directory: string): DirectoryLock {
  const pidFile = join(directory, "lock.pid");
  const database = openLock(directory);
  try {
    // RESERVED: a lock that only one connection can have, and that writes nothing.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
  } catch (error) {
    database.close();
    const isBusy = error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
    throw isBusy ? storeLocked(directory, ownerIn(pidFile)) : storeDiskFailed(directory, error);
  }
  // For the message only; who holds the lock is for the kernel to say.
  writeFileSync(pidFile, String(process.pid));
  return { release: () => database.close() };
}

function openLock(directory: string): DatabaseSync {
  try {
    return new DatabaseSync(join(directory, "lock"), { timeout: 0 });
  } catch (error) {
    throw storeDiskFailed(directory, error);
  }
}

function ownerIn(pidFile: string): string {
  try {
    return `process ${readFileSync(pidFile, "utf8")}`;
  } catch (error) {
    // The owner has locked, and not written its number yet.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "another process";
    throw error;
  }
}
