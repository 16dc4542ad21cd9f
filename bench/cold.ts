// Cold start: a function's first invoke over HTTP beside a bare `node hello.mjs`, in turn: `npm run bench -- cold`.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { createHello, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

const bareHello = fileURLToPath(new URL("fixtures/bare-hello.mjs", import.meta.url));

export async function cold(rounds = 30): Promise<void> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const started = startProgram(lambentProgram(port));
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    const bare: number[] = [];
    const byMemory = new Map<number, number[]>([[1769, []], [128, []]]);
    for (let round = 0; round < rounds; round++) {
      bare.push(await firstOutputMs());
      for (const [memoryMiB, times] of byMemory) {
        const name = `cold-${memoryMiB}-${round}`;
        await createHello(endpoint, name, memoryMiB);
        times.push(await invokeMs(endpoint, name));
      }
    }
    report(bare, byMemory);
  } finally {
    await started.stop();
  }
}

function report(bare: readonly number[], byMemory: ReadonlyMap<number, readonly number[]>): void {
  console.log("| cold start | p50, ms | p99, ms | of bare node, p50 |\n|---|---|---|---|");
  console.log(`| bare node hello.mjs | ${rounded(median(bare))} | ${rounded(percentile(bare, 0.99))} | 1x |`);
  for (const [memoryMiB, times] of byMemory) {
    const ratio = median(times.map((ms, round) => ms / (bare[round] ?? ms)));
    console.log(`| lambent, ${memoryMiB} MB | ${rounded(median(times))} | ${rounded(percentile(times, 0.99))} | ${rounded(ratio)}x |`);
  }
}

/** Milliseconds from the start of `node hello.mjs` to its first output. */
function firstOutputMs(): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [bareHello], { stdio: ["ignore", "pipe", "inherit"] });
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
