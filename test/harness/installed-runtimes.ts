// Which runtimes this machine has: the reason of a skip where one is missing.
import { readSettings } from "../../src/config.ts";
import type { Runtimes, RuntimeStatus } from "../../src/engine/runtimes/runtime.ts";
import { openRuntimes } from "../../src/main.ts";

/** Looked up when they are asked for first, and kept: each look starts whatever could be a runtime, some hundred programs. */
export class MachineRuntimes {
  readonly #open: () => Pick<Runtimes, "list">;
  #statuses: Promise<readonly RuntimeStatus[]> | undefined;

  constructor(open: () => Pick<Runtimes, "list">) {
    this.#open = open;
  }

  ready(): Promise<readonly RuntimeStatus[]> {
    return (this.#statuses ??= this.#open().list().then((known) => known.filter(({ state }) => state === "ready")));
  }
}

/** As a server of this machine has them. */
export const ownRuntimes = new MachineRuntimes(() => openRuntimes(readSettings({ logLevel: "error" }, undefined)));

export async function installedRuntimes(...ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await ownRuntimes.ready()).map(({ id }) => id).filter((id) => ids.includes(id)));
}
