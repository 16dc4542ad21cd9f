// The folders of one sandbox on the host: its /tmp, and empty stand-ins where the spec brings no folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sandboxStartFailed } from "../faults.ts";
import { removeFolders } from "../remove-folders.ts";
import type { GuestPaths, SandboxSpec } from "../sandbox.ts";

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
      compiledDir: spec.compiledDir,
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
