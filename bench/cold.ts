// Cold starts: first invokes over HTTP of functions that were never invoked, one every 100 ms; the same with an empty
// pool; and 50 at once. Beside each what the bare program costs in the same run: `npm run bench -- cold`.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ColdSubject, coldSubjects, type Command, helloNode } from "./cold-subjects.ts";
import { atMost, type Figure, printFigures } from "./figures.ts";
import { createMany, lambentProgram } from "./lambent.ts";
import { type BenchOptions, described } from "./options.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { post } from "./request.ts";
import { median, percentile, rounded } from "./statistics.ts";

const helloPaceMs = 100;
/** Before what is recorded: a pool learns what is needed. */
const warmUps = 6;
/** Where the slowest of a hundred is promised, there are a hundred. */
const roundsOf = ({ promise }: ColdSubject): number => (promise.kind === "of bare" && promise.p99 !== undefined ? 100 : 30);
const bareRounds = 20;
/** For what a first start has made behind it: code compiled ahead, a pool. */
const preparationMs = 1500;
const burstSize = 50;
const noPool = { LAMBENT_PREBOOT_MEMORY: "0" };

export async function cold(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lambent-bench-cold-"));
  try {
    const { only } = options;
    const subjects = (await coldSubjects(folder)).filter(({ name }) => only === undefined || name.includes(only));
    const figures: Figure[] = [];
    console.log(`Cold starts: ${described(options)}`);
    console.log("| cold start | rate | p50, ms | p99, ms | bare p50, ms | p50 of bare |\n|---|---|---|---|---|---|");
    await withServer({}, async (endpoint) => {
      for (const subject of subjects) figures.push(...(await measured(endpoint, subject, options.memoryMiB)));
      if (only === undefined) figures.push(await burst(endpoint, options.memoryMiB));
    });
    if (only === undefined) await withServer(noPool, async (endpoint) => {
      figures.push(await measureEmpty(endpoint, options.memoryMiB));
    });
    printFigures(figures);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServer(settings: Readonly<Record<string, string>>, work: (endpoint: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { environment, ...program } = lambentProgram(port);
  const started = startProgram({ ...program, environment: { ...environment, ...settings } });
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await work(endpoint);
  } finally {
    await started.stop();
  }
}

/** One that fails is a promise not kept, and no reason not to measure the others. */
async function measured(endpoint: string, subject: ColdSubject, memoryMiB: number): Promise<readonly Figure[]> {
  try {
    return await measure(endpoint, subject, memoryMiB);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return [{ name: `cold start, ${subject.name}`, promise: "runs", measured: what.slice(0, 200).replaceAll("|", " "), isMet: false }];
  }
}

/** What is ready follows from the rate (src/engine/preboot/demand.ts). Half of the bare runs before and half after, so that the machine's drift falls out. */
async function measure(endpoint: string, subject: ColdSubject, memoryMiB: number): Promise<readonly Figure[]> {
  const names = await createAll(endpoint, subject, memoryMiB, warmUps + roundsOf(subject));
  const bareTimes = await bareRuns(subject, bareRounds / 2);
  // What takes longer by itself comes more slowly: a queue would be measured.
  const paceMs = subject.paceMs ?? Math.max(helloPaceMs, subject.isHello ? 0 : Math.round(median(bareTimes)));
  const times = await paced(endpoint, names, paceMs);
  bareTimes.push(...(await bareRuns(subject, bareRounds / 2)));
  row(subject, `one every ${paceMs} ms, up to ${Math.ceil(1000 / paceMs)} ready`, times, bareTimes);
  return figuresOf(subject, paceMs, times, bareTimes);
}

async function measureEmpty(endpoint: string, memoryMiB: number): Promise<Figure> {
  const names = await createAll(endpoint, helloNode, memoryMiB, bareRounds);
  const [times, bareTimes]: [number[], number[]] = [[], []];
  for (const name of names) {
    bareTimes.push(...(await bareRuns(helloNode, 1)));
    times.push(await post(endpoint, name));
  }
  row(helloNode, "one after the other, pool empty", times, bareTimes);
  return atMost("cold start, Node.js, pool empty, p50", 2.2, median(times) / median(bareTimes), "x bare");
}

/** All at once, each of a function of its own; beside it so many bare programs at once. */
async function burst(endpoint: string, memoryMiB: number): Promise<Figure> {
  const names = await createAll(endpoint, helloNode, memoryMiB, 2 * burstSize);
  const [bareMs, ownMs]: [number[], number[]] = [[], []];
  for (let at = 0; at < names.length; at += burstSize) {
    bareMs.push(await elapsedMs(Array.from({ length: burstSize }, () => () => firstOutputMs(bareCommand(helloNode)))));
    ownMs.push(await elapsedMs(names.slice(at, at + burstSize).map((name) => () => post(endpoint, name))));
    await setTimeout(1000);
  }
  row(helloNode, `${burstSize} at once, until all are answered`, ownMs, bareMs);
  return atMost(`burst of ${burstSize}, until all are answered`, 1.5, Math.max(...ownMs) / Math.max(...bareMs), "x bare");
}

async function elapsedMs(works: readonly (() => Promise<unknown>)[]): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(works.map((work) => work()));
  return performance.now() - startedMs;
}

/** Arrivals do not wait for answers. */
async function paced(endpoint: string, names: readonly string[], paceMs: number): Promise<readonly number[]> {
  const times: Promise<number>[] = [];
  for (const name of names) {
    times.push(post(endpoint, name));
    await setTimeout(paceMs);
  }
  return (await Promise.all(times)).slice(warmUps);
}

const bareCommand = ({ bare }: ColdSubject): Command => bare?.command ?? ["true"];

async function bareRuns(subject: ColdSubject, count: number): Promise<number[]> {
  const times: number[] = [];
  if (subject.bare !== undefined) for (let run = 0; run < count; run += 1) times.push(await firstOutputMs(subject.bare.command));
  return times;
}

function row({ name, bare }: ColdSubject, rate: string, times: readonly number[], bareTimes: readonly number[]): void {
  const ofBare = bare === undefined ? ["", ""] : [`${rounded(median(bareTimes))} (${bare.name})`, `${rounded(median(times) / median(bareTimes), 3)}x`];
  console.log(`| ${[name, rate, rounded(median(times)), rounded(percentile(times, 0.99)), ...ofBare].join(" | ")} |`);
}

function figuresOf({ name, promise }: ColdSubject, paceMs: number, times: readonly number[], bareTimes: readonly number[]): readonly Figure[] {
  const what = `cold start, ${name}, one every ${paceMs} ms`;
  if (promise.kind === "absolute") return [atMost(`${what}, p50`, promise.p50Ms, median(times), " ms")];
  const base = median(bareTimes);
  const p50 = atMost(`${what}, p50`, promise.p50, median(times) / base, "x bare");
  return promise.p99 === undefined ? [p50] : [p50, atMost(`${what}, p99`, promise.p99, percentile(times, 0.99) / base, "x bare")];
}

/** Active when it resolves, and all made that is made once for each package. */
async function createAll(endpoint: string, { name, plan }: ColdSubject, memoryMiB: number, count: number): Promise<readonly string[]> {
  const batch = `${name.replaceAll(/\W+/g, "-")}-${Math.trunc(performance.now())}`;
  const [first = "", ...names] = Array.from({ length: count + 1 }, (_, at) => `${batch}-${at}`);
  await createMany(endpoint, [first, ...names], { ...plan, memoryMiB });
  await post(endpoint, first);
  await setTimeout(preparationMs);
  return names;
}

/** Milliseconds from the start of the program to its first output. */
export function firstOutputMs([program, ...args]: Command): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let firstMs = Number.NaN;
    child.stdout.once("data", () => void (firstMs = performance.now() - startedMs));
    child.once("error", reject);
    child.once("close", () => resolve(firstMs));
  });
}
