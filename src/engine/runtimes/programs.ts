// Finds language programs on this machine: in the folders of version managers, of distributions, and on the PATH.
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program that does not answer within this is broken (a shim that waits for a download, say). */
const probeTimeoutMs = 10_000;

/**
 * Paths under `folder` of installations whose name begins with `prefix` followed by the end or a separator, highest
 * version first: `("~/.pyenv/versions", "3.13", "bin/python3.13")`.
 */
export async function installations(folder: string, prefix: string, program: string): Promise<string[]> {
  const names = await listFolder(folder);
  return names
    .filter((name) => name.startsWith(prefix) && !/^\d/.test(name.slice(prefix.length)))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(folder, name, program));
}

/** What is in a folder; nothing, where there is none or it is closed to us. */
async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EACCES")) return [];
    throw error;
  }
}

/** Paths of whatever lies in `folder`. */
export const foldersIn = async (folder: string): Promise<string[]> => (await listFolder(folder)).map((name) => join(folder, name));

/** The programs that exist, in their order; of links to one program the first. */
export function thoseThere(programs: readonly string[]): readonly string[] {
  const byTarget = new Map<string, string>();
  for (const program of programs.filter((path) => existsSync(path))) {
    const target = realpathSync(program);
    if (!byTarget.has(target)) byTarget.set(target, program);
  }
  return [...byTarget.values()];
}

/** Each version once, the first that has it; `22.10.0` is newer than `22.9.0`. */
export function newestFirst<Installed extends { readonly version: string }>(found: readonly Installed[]): readonly Installed[] {
  const byVersion = new Map(found.toReversed().map((installed) => [installed.version, installed] as const));
  return [...byVersion.values()].sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }));
}

/** What a program prints, trimmed; undefined when it is not there or fails. */
export async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, args, { timeout: probeTimeoutMs });
    return stdout.trim();
  } catch (error) {
    // A missing or broken candidate is no candidate.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

export interface InstallRun {
  /** Its output, a line at a time. */
  readonly onLine?: (line: string) => void;
  /** Kills it. */
  readonly signal?: AbortSignal;
}

/** Runs an installer. Rejects with what it said last when it fails. */
export function install(program: string, args: readonly string[], { onLine, signal }: InstallRun = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const child = execFile(program, args, { maxBuffer: Infinity, killSignal: "SIGKILL", ...(signal !== undefined && { signal }) }, (error) => {
      if (error === null) resolve();
      else reject(new Error(lines.length === 0 ? error.message : lines.join("\n"), { cause: error }));
    });
    const onOutput = (text: string): void => {
      for (const line of text.split("\n").filter((part) => part.trim() !== "")) {
        lines.push(line);
        if (lines.length > 10) lines.shift();
        onLine?.(line);
      }
    };
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onOutput);
  });
}
