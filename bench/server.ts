// The server itself: from its start to the first answered request, and its memory when idle: `npm run bench -- server`.
import { startLambent } from "../src/library.ts";
import { createHello, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, residentMiB, startProgram } from "./process.ts";
import { median, rounded } from "./statistics.ts";

/** Long enough for garbage collection and compile caches to settle. */
const settleMs = 3000;

export async function server(rounds = 10): Promise<void> {
  const startMs: number[] = [];
  const freshMiB: number[] = [];
  const usedMiB: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const started = startProgram(lambentProgram(port));
    try {
      startMs.push(await answeredAfter(`${endpoint}/2015-03-31/functions/`));
      if (round % 5 !== 0) continue;
      const pid = started.child.pid ?? 0;
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      freshMiB.push(residentMiB(pid));
      await createHello(endpoint, "hello", 1769);
      await answeredAfter(`${endpoint}/2015-03-31/functions/hello/invocations`, { method: "POST", body: "{}" });
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      usedMiB.push(residentMiB(pid));
    } finally {
      await started.stop();
    }
  }
  const libraryMs = await libraryStarts(rounds);
  console.log("| server | |\n|---|---|");
  console.log(`| start to first answered request, ms (median of ${rounds}) | ${rounded(median(startMs), 0)} |`);
  console.log(`| startLambent() as a library, ms (median of ${rounds}) | ${rounded(median(libraryMs), 0)} |`);
  console.log(`| idle RSS after the first request, MiB | ${rounded(median(freshMiB), 0)} |`);
  console.log(`| idle RSS after an invoke, MiB | ${rounded(median(usedMiB), 0)} |`);
}

/** From the call to the handle of an instance that answers. */
async function libraryStarts(rounds: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    const lambent = await startLambent();
    times.push(performance.now() - startedMs);
    await lambent.stop();
  }
  return times;
}
