// From a saved file to the first answer of the new code, of a function that runs from a folder (`lambent dev`), beside
// the start of a bare `node hello.mjs`, in turn: `npm run bench -- reload`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { firstOutputMs } from "./cold.ts";
import { createHello, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

/** Between two changes: people do not save faster, and the next process stands by again. */
const pauseMs = 300;

export async function reload(rounds = 30): Promise<void> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "lambent-bench-reload-"));
  const save = (word: number): void => writeFileSync(join(folder, "index.mjs"), `export const handler = async () => ${word};\n`);
  const started = startProgram(lambentProgram(port));
  const developing = new AbortController();
  const [bareTimes, times]: [number[], number[]] = [[], []];
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await createHello(endpoint, "reloaded", 1769);
    save(0);
    await develop(endpoint, folder, developing.signal);
    for (let round = 1; round <= rounds; round += 1) {
      await setTimeout(pauseMs);
      bareTimes.push(await firstOutputMs([process.execPath, fileURLToPath(new URL("fixtures/bare-hello.mjs", import.meta.url))]));
      const savedMs = performance.now();
      save(round);
      while ((await invoke(endpoint)) !== String(round)) continue;
      times.push(performance.now() - savedMs);
    }
    report(bareTimes, times);
  } finally {
    developing.abort();
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves when the folder runs; as long as the answer is read. */
async function develop(endpoint: string, folder: string, signal: AbortSignal): Promise<void> {
  const { status, body } = await fetch(`${endpoint}/_lambent/dev`, { method: "POST", body: JSON.stringify({ function: "reloaded", folder }), signal });
  if (status !== 200 || body === null) throw new Error(`/_lambent/dev answered ${status}`);
  await body.getReader().read();
}

async function invoke(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/2015-03-31/functions/reloaded/invocations`, { method: "POST", body: "{}" });
  return answer.text();
}

function report(bareTimes: readonly number[], times: readonly number[]): void {
  console.log("| saved to answered by new code | p50, ms | over bare | p99, ms |\n|---|---|---|---|");
  const base = median(bareTimes);
  console.log(`| bare node hello.mjs, start to output | ${rounded(base)} | 1 | ${rounded(percentile(bareTimes, 0.99))} |`);
  console.log(`| lambent dev, Node.js | ${rounded(median(times))} | ${rounded(median(times) / base)} | ${rounded(percentile(times, 0.99))} |`);
}
