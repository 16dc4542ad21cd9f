// The store that keeps nothing: the same ledger in memory, blobs in a temporary folder that goes with it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { BlobFiles } from "../blob-files.ts";
import { LedgerStore } from "../ledger-store.ts";
import type { Store } from "../store.ts";
import { MemoryLedger } from "./memory-ledger.ts";

/** `parent`: where the temporary folder is made. */
export async function openMemoryStore({ clock, parent = tmpdir() }: { readonly clock: Clock; readonly parent?: string }): Promise<Store> {
  const directory = await mkdtemp(join(parent, "lambent-"));
  const blobs = await BlobFiles.open({ directory, clock, durable: false });
  const release = async (): Promise<void> => {
    blobs.close();
    await rm(directory, { recursive: true, force: true });
  };
  return new LedgerStore({ ledger: new MemoryLedger(clock), blobs, clock, release });
}
