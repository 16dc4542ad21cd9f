// Cold start: a function's first invoke over HTTP beside a bare `node hello.mjs` and, where a Ruby of AWS's is installed,
// `ruby hello.rb`, in turn: `npm run bench -- cold`.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { readSettings } from "../src/config.ts";
import { openRuntimes } from "../src/main.ts";
import { createHello, type HelloKind, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

/** One bare program, and functions that do the same. */
interface Subject {
  readonly bare: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly kind: HelloKind;
  readonly bareTimes: number[];
  readonly byMemory: ReadonlyMap<number, number[]>;
}

const subject = (kind: HelloKind, program: string, file: string, ...memoryMiB: readonly number[]): Subject => ({
  bare: file,
  command: [program, fileURLToPath(new URL(`fixtures/bare-${file}`, import.meta.url))],
  kind,
  bareTimes: [],
  byMemory: new Map(memoryMiB.map((size) => [size, []])),
});

async function rubySubjects(): Promise<readonly Subject[]> {
  const known = await openRuntimes(readSettings({ logLevel: "error" }, undefined)).list();
  return known
    .flatMap((status) => (status.state === "ready" && isRuby(status.id) ? [subject(status.id, status.versions[0]?.program ?? "ruby", "hello.rb", 1769)] : []))
    .slice(0, 1);
}

const isRuby = (id: string): id is `ruby${number}` => id.startsWith("ruby");

export async function cold(rounds = 30): Promise<void> {
  const subjects = [subject("own bootstrap", process.execPath, "hello.mjs", 1769, 128), ...(await rubySubjects())];
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const started = startProgram(lambentProgram(port));
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    for (let round = 0; round < rounds; round++) {
      for (const { command, kind, bareTimes, byMemory } of subjects) {
        bareTimes.push(await firstOutputMs(command));
        for (const [memoryMiB, times] of byMemory) {
          const name = `cold-${kind.replace(/\W/g, "-")}-${memoryMiB}-${round}`;
          await createHello(endpoint, name, memoryMiB, kind);
          times.push(await invokeMs(endpoint, name));
        }
      }
    }
    report(subjects);
  } finally {
    await started.stop();
  }
}

function report(subjects: readonly Subject[]): void {
  console.log("| cold start | p50, ms | p99, ms | of bare, p50 |\n|---|---|---|---|");
  for (const { bare, kind, bareTimes, byMemory } of subjects) {
    console.log(`| bare ${bare} | ${rounded(median(bareTimes))} | ${rounded(percentile(bareTimes, 0.99))} | 1x |`);
    for (const [memoryMiB, times] of byMemory) {
      const ratio = median(times.map((ms, round) => ms / (bareTimes[round] ?? ms)));
      console.log(`| lambent, ${kind}, ${memoryMiB} MB | ${rounded(median(times))} | ${rounded(percentile(times, 0.99))} | ${rounded(ratio)}x |`);
    }
  }
}

/** Milliseconds from the start of the program to its first output. */
export function firstOutputMs([program, ...args]: Subject["command"]): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let firstMs = Number.NaN;
    child.stdout.once("data", () => void (firstMs = performance.now() - startedMs));
    child.once("error", reject);
    child.once("close", () => resolve(firstMs));
  });
}

/** Milliseconds from the request to the whole answer; a function that fails is an error of the benchmark. */
function invokeMs(endpoint: string, name: string): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(`${endpoint}/2015-03-31/functions/${name}/invocations`, { method: "POST" }, (response) => {
      response.resume();
      response.once("end", () => {
        const failed = response.statusCode !== 200 || response.headers["x-amz-function-error"] !== undefined;
        if (failed) reject(new Error(`${name} answered ${response.statusCode}`));
        else resolve(performance.now() - startedMs);
      });
    });
    call.once("error", reject);
    call.end('{"name":"you"}');
  });
}
