// The roots that servers of this machine share, in one folder: a server holds the one that it uses by a lock, for as long as
// it lives, and removes those that nobody holds and nobody has needed for long.
import { closeSync, constants, fstatSync, openSync, renameSync, statSync, utimesSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../errno.ts";
import { removeFolders } from "../remove-folders.ts";
import type { Syscalls } from "../syscalls.ts";

/** Also one that is being made, or removed; and what is left of a try that was killed. */
const isRoot = (name: string): boolean => /^(?:root-[0-9a-f]{16}(?:-\w+)?|proof-\w{6}(?:-\w+)?)$/.test(name);
/** Who starts with other settings every hour need not make it every time. */
const keptMs = 24 * 3_600_000;

export class HeldRoots {
  readonly #parent: string;
  readonly #syscalls: Pick<Syscalls, "tryLock" | "tryShare">;
  readonly #held: number[] = [];
  readonly #tidied: Promise<void>;

  constructor(parent: string, nowMs: number, syscalls: Pick<Syscalls, "tryLock" | "tryShare">) {
    this.#parent = parent;
    this.#syscalls = syscalls;
    this.#tidied = this.#removeUnused(nowMs);
    // Told by `release`.
    this.#tidied.catch(() => undefined);
  }

  /** False: it has been removed meanwhile, or is about to be. */
  hold(path: string, nowMs: number): boolean {
    const folder = ifThere(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    if (folder === undefined) return false;
    const isHeld = this.#syscalls.tryShare(folder) && ifThere(() => statSync(path).ino) === fstatSync(folder).ino;
    if (isHeld) {
      this.#held.push(folder);
      utimesSync(path, nowMs / 1000, nowMs / 1000);
    } else closeSync(folder);
    return isHeld;
  }

  async release(): Promise<void> {
    for (const folder of this.#held.splice(0)) closeSync(folder);
    await this.#tidied;
  }

  async #removeUnused(nowMs: number): Promise<void> {
    for (const name of (await readdir(this.#parent).catch(() => [])).filter(isRoot)) {
      const aside = this.#putAside(join(this.#parent, name), nowMs);
      if (aside !== undefined) await removeFolders(aside);
    }
  }

  /** Where it is now, if it was nobody's: under another name, so that nobody begins to use it. */
  #putAside(path: string, nowMs: number): string | undefined {
    const folder = ifThere(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    if (folder === undefined) return undefined;
    try {
      if (fstatSync(folder).mtimeMs > nowMs - keptMs || !this.#syscalls.tryLock(folder)) return undefined;
      const aside = `${path.replace(/-gone\w*$/, "")}-gone${process.pid}`;
      ifThere(() => renameSync(path, aside));
      return aside;
    } finally {
      closeSync(folder);
    }
  }
}
