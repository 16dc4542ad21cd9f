// Warm invokes over HTTP at 1 and 8 connections, all subjects in turn, round after round: `npm run bench -- warm`.
import { load, type LoadResult } from "./load.ts";
import { median, rounded } from "./statistics.ts";
import { subjects } from "./subjects.ts";

interface Measured {
  readonly name: string;
  readonly url: string;
  readonly atOne: LoadResult[];
  readonly atEight: LoadResult[];
}

export async function warm(rounds = 5, seconds = 2): Promise<void> {
  const running = [];
  try {
    for (const subject of subjects()) running.push({ name: subject.name, ...(await subject.start()) });
    const measured: Measured[] = running.map(({ name, url }) => ({ name, url, atOne: [], atEight: [] }));
    // One round unrecorded: compilers and connection pools warm up.
    for (let round = 0; round <= rounds; round++) {
      for (const { url, atOne, atEight } of measured) {
        const [one, eight] = [await load(url, 1, seconds), await load(url, 8, seconds)];
        if (round === 0) continue;
        atOne.push(one);
        atEight.push(eight);
      }
    }
    report(measured);
  } finally {
    await Promise.all(running.map(({ started }) => started.stop()));
  }
}

/** Ratios are taken round by round against the first subject, then their median: the machine's drift falls out. */
function report(measured: readonly Measured[]): void {
  const [base] = measured;
  if (base === undefined) return;
  console.log("| warm invoke | p50 at 1, ms | over bare, ms | p99 at 8, ms | requests/s at 8 | of bare |\n|---|---|---|---|---|---|");
  for (const { name, atOne, atEight } of measured) {
    const overMs = median(atOne.map(({ p50Ms }, round) => p50Ms - (base.atOne[round]?.p50Ms ?? p50Ms)));
    const ratio = median(atEight.map(({ requestsPerSecond: own }, round) => own / (base.atEight[round]?.requestsPerSecond ?? own)));
    const cells = [
      name,
      rounded(median(atOne.map(({ p50Ms }) => p50Ms)), 3),
      rounded(overMs, 3),
      rounded(median(atEight.map(({ p99Ms }) => p99Ms))),
      rounded(median(atEight.map(({ requestsPerSecond }) => requestsPerSecond)), 0),
      `${rounded(ratio, 3)}x`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
