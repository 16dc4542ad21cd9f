// The folders of one sandbox on the host: its /tmp, and empty stand-ins where the spec brings no folder.
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sandboxStartFailed } from "../faults.ts";
import type { GuestPaths, SandboxSpec } from "../sandbox.ts";
import { isErrno } from "../errno.ts";

/** Leaves nothing when it fails. Without a mount namespace the guest sees the host's paths. */
export async function makeFolders(root: string, spec: SandboxSpec): Promise<GuestPaths> {
  const tmp = join(root, "tmp");
  try {
    mkdirSync(tmp, { recursive: true, mode: 0o700 });
    return {
      taskRoot: spec.taskRoot,
      optRoot: spec.optRoot ?? emptyFolder(root, "opt"),
      runtimeDir: spec.runtimeDir ?? emptyFolder(root, "runtime"),
      // Where there is none, nothing leads there.
      languageDir: spec.languageDir ?? "/var/lang",
      tmp,
    };
  } catch (error) {
    await removeFolders(root);
    throw sandboxStartFailed(spec.id, error);
  }
}

function emptyFolder(root: string, name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true, mode: 0o500 });
  return folder;
}

export async function removeFolders(root: string): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true });
  } catch (error) {
    if (!isErrno(error, "EACCES", "EPERM", "ENOTEMPTY")) throw error;
    // A function may take the rights from its own folders.
    openUp(root);
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

function openUp(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openUp(join(folder, entry.name));
  }
}
