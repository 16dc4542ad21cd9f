// A function that an attempt may really hurt: in the middle of an invoke, with nothing else depending on it.
import { vi } from "vitest";
import { type HostProcess, processesWith } from "./outside.ts";
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

const source = `export const handler = async ({ hold }) => (hold === undefined ? "well" : new Promise((done) => setTimeout(() => done("true"), 3000)));`;

export async function holdPrey(server: AttackedServer, mark: string): Promise<Prey> {
  // Not the attempt's mark as it is: its processes are told by that.
  const name = `prey-${mark.split("-").at(-1)}`;
  await server.deploy(name, { runtime: "nodejs26.x", files: { "index.mjs": source } });
  await server.invoke(name, {});
  const giveUp = new AbortController();
  const answer = server.invoke(name, { hold: true }, giveUp.signal).catch(() => undefined);
  const found = await vi.waitUntil(() => processesWith(`MARK=${name}`)[0], { timeout: 5000, interval: 10 });
  return {
    process: found,
    variable: (variable) => new RegExp(`(?:^|\\0)${variable}=([^\\0]*)`).exec(found.file("environ"))?.[1] ?? "",
    answer,
    letGo: () => void setTimeout(() => giveUp.abort(), 4000),
    end: async () => void (await server.end(name)),
  };
}
