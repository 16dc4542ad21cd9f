// The store on one machine: a SQLite ledger and a folder of blobs in one data directory, locked for one process.
import { join, resolve } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { BlobFiles } from "../blob-files.ts";
import { LedgerStore } from "../ledger-store.ts";
import type { Store } from "../store.ts";
import { lockDirectory } from "./directory-lock.ts";
import { SqliteLedger } from "./sqlite-ledger.ts";

export async function openSqliteStore(options: { readonly directory: string; readonly clock: Clock }): Promise<Store> {
  const { clock } = options;
  const directory = resolve(options.directory);
  const lock = await lockDirectory(directory);
  try {
    const opening = SqliteLedger.open(directory, clock.now());
    const blobs = await BlobFiles.open({ directory: join(directory, "blobs"), clock, durable: true });
    const ledger = await opening;
    const release = async (): Promise<void> => {
      blobs.close();
      lock.release();
    };
    return new LedgerStore({ ledger, blobs, clock, release });
  } catch (error) {
    lock.release();
    throw error;
  }
}
