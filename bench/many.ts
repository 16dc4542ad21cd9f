// Many functions, each invoked once and in random order, as fast as they go: every start is cold. Beside it bare programs,
// two at a time. `npm run bench -- many [--memory=128] [--only=Python] [--count=200]`; settings of Lambent by its variables.
import { createHello, createMany, lambentProgram } from "./lambent.ts";
import { firstOutputMs } from "./cold.ts";
import { measuredLanguages, type Language } from "./languages.ts";
import type { BenchOptions } from "./options.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { post } from "./request.ts";
import { percentile, rounded } from "./statistics.ts";

/** Requests at a time. */
const atOnce = 8;
const bareStarts = 200;

export async function many({ memoryMiB, only, count = 1000 }: BenchOptions): Promise<void> {
  console.log(`| ${count} functions once each, in random order, ${atOnce} requests at a time | a second | p50, ms | p99, ms | of bare, two at a time |\n|---|---|---|---|---|`);
  for (const language of await measuredLanguages(only)) {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const started = startProgram(lambentProgram(port));
    try {
      await answeredAfter(`${endpoint}/2015-03-31/functions/`);
      const names = Array.from({ length: count }, (_, index) => `many-${index}`);
      await createMany(endpoint, names, { ...language.plan, memoryMiB });
      // The server itself is warm.
      await createHello(endpoint, "warm-up", 1769);
      await post(endpoint, "warm-up");
      await measure(language, endpoint, shuffled(names));
    } finally {
      await started.stop();
    }
  }
}

async function measure({ name, bare }: Language, endpoint: string, names: readonly string[]): Promise<void> {
  const bareRate = bare === undefined ? undefined : await rateOf(Array.from({ length: bareStarts }), 2, () => firstOutputMs(bare));
  const times: number[] = [];
  const rate = await rateOf(names, atOnce, async (cold) => void times.push(await post(endpoint, cold)));
  console.log(`| ${name} | ${rounded(rate, 0)} | ${rounded(percentile(times, 0.5))} | ${rounded(percentile(times, 0.99))} | ${bareRate === undefined ? "" : `${rounded(rate / bareRate)}x (${rounded(bareRate, 0)})`} |`);
}

/** How many a second, so many at a time. */
async function rateOf<Item>(items: readonly Item[], parallel: number, act: (item: Item) => Promise<unknown>): Promise<number> {
  const left = items.values();
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (const item of left) await act(item);
  }));
  return items.length / ((performance.now() - startedMs) / 1000);
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  const order = items.map((item) => ({ item, at: Math.random() }));
  return order.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
