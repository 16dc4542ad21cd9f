// Packages from PyPI that belong to a Python runtime and not to Lambent: fetched once a machine and interpreter.
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { install } from "./programs.ts";

/**
 * Into a folder that is there as a whole or not at all; nothing is done when it is. `requirement` with `<=`: pip takes
 * the last one that still runs on an old interpreter. Rejects with what pip said.
 */
export async function fetchPackages(program: string, requirement: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  const staging = await mkdtemp(`${target}-`);
  try {
    const options = ["--target", staging, "--retries", "1", "--timeout", "15", "--quiet", "--disable-pip-version-check"];
    await install(program, ["-m", "pip", "install", ...options, requirement]);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(target)) throw error;
  }
}
