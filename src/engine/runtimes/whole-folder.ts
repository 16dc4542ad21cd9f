// Folders of runtimes that sandboxes show: there as a whole or not at all, so that servers which share the directory need
// no lock, and open to whoever runs in a sandbox, who is not the user of the server.
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Does nothing but open it when it is there. Rejects, leaving nothing, with what hindered `fill`. */
export async function makeWhole(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return chmod(target, 0o755);
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(`${target}-`);
  try {
    await fill(staging);
    await chmod(staging, 0o755);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was faster; its folder is the same.
    if (!existsSync(target)) throw error;
  }
}
