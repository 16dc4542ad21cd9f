// Warm invokes over HTTP at 1 and 8 connections, all subjects in turn, round after round: `npm run bench -- warm`.
import { atLeast, atMost, type Figure, printFigures } from "./figures.ts";
import { load, type LoadResult } from "./load.ts";
import { type BenchOptions, described } from "./options.ts";
import { median, rounded } from "./statistics.ts";
import { bareName, lambentHttpName, lambentName, subjects, workerdName } from "./subjects.ts";

interface Measured {
  readonly name: string;
  readonly url: string;
  readonly atOne: LoadResult[];
  readonly atEight: LoadResult[];
}

export async function warm(options: BenchOptions, rounds = 5, seconds = 1): Promise<void> {
  const running = [];
  try {
    for (const subject of subjects(options)) running.push({ name: subject.name, ...(await subject.start()) });
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
    report(measured, options);
  } finally {
    await Promise.all(running.map(({ started }) => started.stop()));
  }
}

/** Ratios are taken round by round against the first subject, then their median: the machine's drift falls out. */
function report(measured: readonly Measured[], options: BenchOptions): void {
  const [base] = measured;
  if (base === undefined) return;
  console.log(`Warm invokes: ${described(options)}`);
  console.log("| warm invoke | p50 at 1, ms | over bare, ms | p99 at 8, ms | requests/s at 8 | of bare |\n|---|---|---|---|---|---|");
  for (const each of measured) {
    const { name, atOne, atEight } = each;
    const cells = [
      name,
      rounded(median(atOne.map(({ p50Ms }) => p50Ms)), 3),
      rounded(overMs(each, base), 3),
      rounded(p99Ms(each)),
      rounded(median(atEight.map(({ requestsPerSecond }) => requestsPerSecond)), 0),
      `${rounded(ratio(each, base), 3)}x`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  printFigures(figuresOf(measured, base));
}

const overMs = ({ atOne }: Measured, base: Measured): number => median(atOne.map(({ p50Ms }, round) => p50Ms - (base.atOne[round]?.p50Ms ?? p50Ms)));
const p99Ms = ({ atEight }: Measured): number => median(atEight.map((result) => result.p99Ms));
const ratio = ({ atEight }: Measured, base: Measured): number =>
  median(atEight.map(({ requestsPerSecond: own }, round) => own / (base.atEight[round]?.requestsPerSecond ?? own)));

function figuresOf(measured: readonly Measured[], base: Measured): readonly Figure[] {
  const named = (wanted: string): Measured | undefined => measured.find(({ name }) => name === wanted);
  const [lambent, http] = [named(lambentName), named(lambentHttpName)];
  if (lambent === undefined || http === undefined) return [];
  const peers = measured.filter((each) => ![bareName, lambentName, lambentHttpName].includes(each.name));
  return [
    atLeast("warm, 8 connections", 0.4, ratio(lambent, base), "x bare"),
    atMost("warm, 1 connection, p50 over bare", 0.12, overMs(lambent, base), " ms"),
    atMost("warm, 8 connections, p99", 3, p99Ms(lambent), " ms"),
    atLeast("warm, Runtime API over HTTP, 8 connections", 0.2, ratio(http, base), "x bare"),
    ...peers.map((peer) => atLeast(`warm, 8 connections, against ${peer.name}`, peer.name === workerdName ? 1 : 3, ratio(lambent, peer), "x")),
  ];
}
