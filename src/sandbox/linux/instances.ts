// The servers of this machine that make containers: each has a file, locked for as long as it lives, however it ends. What a
// killed one has left running is found by the next server, also by one of another data directory.
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ifThere } from "../errno.ts";
import type { Syscalls } from "../syscalls.ts";

/** Enters this server; the function that is returned takes it out again. `id`: as containers' names begin. */
export function enterInstance(folder: string, id: string, syscalls: Pick<Syscalls, "tryLock">): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [file, unseen] = [join(folder, id), join(folder, `.${id}`)];
  const fd = openSync(unseen, "a", 0o600);
  syscalls.tryLock(fd);
  // Who finds it not locked takes the server for one that was killed.
  renameSync(unseen, file);
  return () => {
    rmSync(file, { force: true });
    closeSync(fd);
  };
}

/** Calls `end` with the id of each server that was killed, and forgets it when that has not thrown. */
export function endKilledInstances(folder: string, syscalls: Pick<Syscalls, "tryLock">, end: (id: string) => void): void {
  for (const id of entriesOf(folder)) {
    const fd = openIfThere(join(folder, id));
    if (fd === undefined) continue;
    try {
      if (!syscalls.tryLock(fd)) continue;
      end(id);
      rmSync(join(folder, id), { force: true });
    } finally {
      closeSync(fd);
    }
  }
}

const entriesOf = (folder: string): readonly string[] => (ifThere(() => readdirSync(folder)) ?? []).filter((name) => !name.startsWith("."));

/** It may have ended in order meanwhile. */
const openIfThere = (file: string): number | undefined => ifThere(() => openSync(file, "r"));
