// Runs programs of the machine in tests.
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Rejects with what the program printed when it fails. */
export async function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>>, cwd?: string): Promise<ProgramResult> {
  const { PATH = "", HOME = "" } = process.env;
  return promisify(execFile)(program, args, { env: { PATH, HOME, ...environment }, cwd, maxBuffer: 64 * 1024 * 1024 });
}

/** Whether a program can be started at all: the reason of a skip where it cannot. */
export const isInstalled = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
