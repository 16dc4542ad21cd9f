// Hundreds of environments that are idle: what memory each takes (its share of what it shares, smaps_rollup), and whether
// the server is as fast as it was without them. Linux, and as root where environments are containers.
// `npm run bench -- density [--memory=128] [--only=Python] [--count=100]`; settings of Lambent by its variables (LAMBENT_ISOLATION, …).
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHello, createMany, lambentProgram } from "./lambent.ts";
import { measuredLanguages, type Language } from "./languages.ts";
import { load } from "./load.ts";
import { answeredAfter, freePort, residentMiB, startProgram } from "./process.ts";
import type { BenchOptions } from "./options.ts";
import { post } from "./request.ts";
import { rounded } from "./statistics.ts";

const warmSeconds = 4;

export async function density({ memoryMiB, only, count = 500 }: BenchOptions): Promise<void> {
  console.log(
    `| ${count} idle environments | proportional MiB each | private MiB each | server, MiB, before and with them | warm p50 at 1 connection, ms, before and with them | p99 | requests/s at 8 |\n|---|---|---|---|---|---|---|`,
  );
  for (const language of await measuredLanguages(only)) await measure(language, count, memoryMiB);
}

async function measure({ name, plan }: Language, count: number, memoryMiB: number): Promise<void> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const data = mkdtempSync(join(tmpdir(), "lambent-density-"));
  const { environment, ...program } = lambentProgram(port, data);
  // All of them stay; nothing is ready ahead that would be counted with them.
  const started = startProgram({ ...program, environment: { ...environment, LAMBENT_ENVIRONMENT_MEMORY: "1000", LAMBENT_PREBOOT_MEMORY: "0" } });
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await createHello(endpoint, "warm", memoryMiB);
    const names = Array.from({ length: count }, (_, index) => `idle-${index}`);
    await createMany(endpoint, names, { ...plan, memoryMiB });
    const url = `${endpoint}/2015-03-31/functions/warm/invocations`;
    const pid = started.child.pid ?? 0;
    const before = { one: await load(url, 1, warmSeconds), eight: await load(url, 8, warmSeconds), serverMiB: residentMiB(pid) };
    const others = new Set(environmentsOf(pid, data));
    const left = names.values();
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (const idle of left) await post(endpoint, idle);
    }));
    // By then each stands still.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const found = environmentsOf(pid, data).filter((process) => !others.has(process));
    const [proportional, own] = [sumMiB(found, "Pss"), sumMiB(found, "Private_Clean", "Private_Dirty")];
    const after = { one: await load(url, 1, warmSeconds), eight: await load(url, 8, warmSeconds), serverMiB: residentMiB(pid) };
    const both = (value: (of: typeof before) => number, digits = 2): string => `${rounded(value(before), digits)}, ${rounded(value(after), digits)}`;
    console.log(
      `| ${name} | ${rounded(proportional / count)} | ${rounded(own / count)} | ${both(({ serverMiB }) => serverMiB, 0)} | ${both(({ one }) => one.p50Ms, 3)} | ${both(({ one }) => one.p99Ms)} | ${both(({ eight }) => eight.requestsPerSecond, 0)} |`,
    );
  } finally {
    await started.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Processes that the server has started, and those whose files are from its folder: in a container they are nobody's children. */
function environmentsOf(server: number, data: string): readonly number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const parent = /^PPid:\s*(\d+)$/m.exec(readIfThere(`/proc/${entry}/status`))?.[1];
    if (/^\d+$/.test(entry) && parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === server || descends(parent));
  };
  return [...parents.keys()].filter((pid) => pid !== server && (descends(pid) || readIfThere(`/proc/${pid}/mountinfo`).includes(data)));
}

function sumMiB(pids: readonly number[], ...names: readonly string[]): number {
  let kib = 0;
  for (const pid of pids) {
    const rollup = readIfThere(`/proc/${pid}/smaps_rollup`);
    for (const name of names) kib += Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0);
  }
  return kib / 1024;
}

/** Files of /proc go with their process. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
