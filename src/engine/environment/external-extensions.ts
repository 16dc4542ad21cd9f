// External extensions: every file directly in /opt/extensions is a program that runs beside the runtime.
// https://docs.aws.amazon.com/lambda/latest/dg/extensions-configuration.html
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../core/faults.ts";
import type { GuestPaths, SandboxProcess } from "../../sandbox/sandbox.ts";
import type { Extensions } from "./extensions.ts";
import { extensionLaunchError } from "./faults.ts";

/** A layer that brings this file turns external extensions off. */
const switchedOff = "disable-extensions-jwigqn8j";

/** File names, in order. `optRoot`: the merged layers on the host; undefined: there are none. */
export function externalExtensions(optRoot: string | undefined): readonly string[] {
  if (optRoot === undefined || existsSync(join(optRoot, switchedOff))) return [];
  const folder = join(optRoot, "extensions");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return files.map(({ name }) => name).sort();
}

export const extensionPath = ({ optRoot }: GuestPaths, name: string): string => join(optRoot, "extensions", name);

/** Throws Extension.LaunchError for a file that cannot be executed, and what the host refuses as it is. */
export async function launchExtension(
  name: string,
  extensions: Extensions,
  run: () => Promise<SandboxProcess>,
): Promise<SandboxProcess> {
  // More than ten were refused before they were started.
  if (extensions.failure === "Extension.LaunchError") throw extensionLaunchError("Extension limit (10) reached");
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "Runtime.InvalidEntrypoint") throw error;
    const why = error.message.slice(error.message.lastIndexOf(": ") + 2);
    extensions.launchFailed(name, why === "permission denied" ? "PermissionDenied" : "UnknownError");
    // AWS names its own path, whatever ours is.
    throw extensionLaunchError(`fork/exec /opt/extensions/${name}: ${why}`);
  }
}
