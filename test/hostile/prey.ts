// A function that an attempt may really hurt: in the middle of an invoke, with nothing else depending on it.
import { vi } from "vitest";
import { type HostProcess, hostProcess, processesWith, variableOf } from "./outside.ts";
import type { Answered, AttackedServer } from "./scene.ts";

export interface Prey {
  readonly process: HostProcess;
  /** Of its environment. */
  variable(name: string): string;
  /** Of its invoke; one that is aborted answers nothing. */
  readonly answer: Promise<Answered | undefined>;
  /** Waits for the answer no longer. */
  letGo(): void;
  end(): Promise<void>;
}

/** Its child tells outside who it is, and what variables it has. */
const source = `
  import { spawn } from "node:child_process";
  spawn("/bin/sleep", ["1000"], { stdio: "ignore" }).unref();
  export const handler = async ({ hold }) => (hold === undefined ? "well" : new Promise((done) => setTimeout(() => done("true"), 3000)));`;

export async function holdPrey(server: AttackedServer, mark: string): Promise<Prey> {
  // Not the attempt's mark as it is: its processes are told by that.
  const name = `prey-${mark.split("-").at(-1)}`;
  await server.deploy(name, { runtime: "nodejs26.x", files: { "index.mjs": source } });
  await server.invoke(name, {});
  const giveUp = new AbortController();
  const answer = server.invoke(name, { hold: true }, giveUp.signal).catch(() => undefined);
  const child = await vi.waitUntil(() => processesWith(name).find((found) => found.file("cmdline").includes("sleep")), { timeout: 5000, interval: 20 });
  return {
    process: hostProcess(child.parentPid),
    variable: (variable) => variableOf(child, variable) ?? "",
    answer,
    letGo: () => void setTimeout(() => giveUp.abort(), 4000),
    end: async () => void (await server.end(name)),
  };
}
