// Packages from PyPI that belong to a Python runtime and not to Lambent: fetched once a machine and interpreter.
import { install } from "./programs.ts";
import { makeWhole } from "./whole-folder.ts";

/**
 * Into a folder that is there as a whole or not at all; nothing is done when it is. `requirement` with `<=`: pip takes
 * the last one that still runs on an old interpreter. Rejects with what pip said.
 */
export async function fetchPackages(program: string, requirement: string, target: string): Promise<void> {
  await makeWhole(target, (folder) => {
    const options = ["--target", folder, "--retries", "1", "--timeout", "15", "--quiet", "--disable-pip-version-check"];
    return install(program, ["-m", "pip", "install", ...options, requirement]);
  });
}
