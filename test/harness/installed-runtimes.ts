// Which runtimes this machine has: the reason of a skip where one is missing.
import { readSettings } from "../../src/config.ts";
import { openRuntimes } from "../../src/main.ts";

export async function installedRuntimes(...ids: readonly string[]): Promise<ReadonlySet<string>> {
  const known = await openRuntimes(readSettings({ logLevel: "error" }, undefined)).list();
  return new Set(known.filter(({ id, state }) => ids.includes(id) && state === "ready").map(({ id }) => id));
}
