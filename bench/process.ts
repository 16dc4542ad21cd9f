// Starts programs for a benchmark and ends them again.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

export interface Started {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a program whose output goes nowhere unless it fails. */
export function startProgram({ program, args, cwd, environment }: Program): Started {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let complaint = "";
  let isStopping = false;
  child.stderr?.on("data", (bytes: Buffer) => void (complaint = (complaint + bytes.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) =>
    child.once("close", (code) => {
      if (!isStopping) process.stderr.write(`${program} ${args.join(" ")} ended with ${code}:\n${complaint}\n`);
      resolve();
    }),
  );
  return {
    child,
    stop: async () => {
      isStopping = true;
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Resolves with the milliseconds until the first request was answered with a status below 500. */
export async function answeredAfter(url: string, init: RequestInit = {}, patienceMs = 60_000): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    try {
      const response = await fetch(url, init);
      await response.arrayBuffer();
      if (response.status < 500) return performance.now() - startedMs;
    } catch (error) {
      if (performance.now() - startedMs > patienceMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Resident memory of a process, MiB (Linux). */
export function residentMiB(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) / 1024;
}
