// Asynchronous invokes: how many a second are accepted, each synced to disk before its 202; how soon one runs when nothing
// else does; how long 10,000 of one function take to be handled: `npm run bench -- async`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { atLeast, atMost, printFigures } from "./figures.ts";
import { createFunction, createHello, lambentProgram } from "./lambent.ts";
import { load, type LoadResult } from "./load.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";
import { bareServer } from "./subjects.ts";

const asEvent = { file: "post.lua", args: ["X-Amz-Invocation-Type: Event"] };
/** Prints how long after it was sent the event has come. */
const clocked = "export const handler = async ({ sentMs }) => console.log(`LATE ${performance.timeOrigin + performance.now() - sentMs}`);";

export async function asynchronous(rounds = 5, seconds = 1): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "lambent-bench-"));
  const port = await freePort();
  const lambent = startProgram(lambentProgram(port, data));
  const bare = await bareServer.start();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await createHello(endpoint, "hello", 1769);
    await createFunction(client, "clocked", { files: { "index.mjs": clocked } });
    const latenessMs = await idleLateness(client, endpoint);
    const accepted: LoadResult[] = [];
    const bares: LoadResult[] = [];
    const drained: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const bareResult = await load(bare.url, 8, seconds);
      const result = await load(`${endpoint}/2015-03-31/functions/hello/invocations`, 8, seconds, asEvent);
      const [left, tookMs] = await untilDrained(endpoint);
      if (round === 0) continue;
      bares.push(bareResult);
      accepted.push(result);
      if (left > 0) drained.push((left * 1000) / tookMs);
    }
    const share = median(accepted.map(({ requestsPerSecond }, round) => requestsPerSecond / (bares[round]?.requestsPerSecond ?? Number.NaN)));
    console.log("| asynchronous invokes | |\n|---|---|");
    console.log(`| accepted a second at 8 connections | ${rounded(median(accepted.map(({ requestsPerSecond }) => requestsPerSecond)), 0)} |`);
    console.log(`| p50 and p99 of the answer, ms | ${rounded(median(accepted.map(({ p50Ms }) => p50Ms)))}, ${rounded(median(accepted.map(({ p99Ms }) => p99Ms)))} |`);
    console.log(`| handled a second of those that were left | ${rounded(median(drained), 0)} |`);
    console.log(`| request sent to handler start at idle, p50 and p99, ms | ${rounded(median(latenessMs))}, ${rounded(percentile(latenessMs, 0.99))} |`);
    printFigures([
      atLeast("asynchronous invokes accepted, 8 connections", 0.2, share, "x bare"),
      atMost("asynchronous invoke to handler start at idle, p50", 3, median(latenessMs), " ms"),
    ]);
  } finally {
    client.destroy();
    await Promise.all([lambent.stop(), bare.started.stop()]);
    rmSync(data, { recursive: true });
  }
}

/** One after the other, each when the one before has run: from before its request is sent to the first line of its handler. */
async function idleLateness(client: LambdaClient, endpoint: string, count = 60): Promise<readonly number[]> {
  let lines: readonly number[] = [];
  for (let sent = 1; sent <= count; sent += 1) {
    await client.send(new InvokeCommand({ FunctionName: "clocked", InvocationType: "Event", Payload: JSON.stringify({ sentMs: performance.timeOrigin + performance.now() }) }));
    while (lines.length < sent) {
      const log = await (await fetch(`${endpoint}/_lambent/logs?function=clocked`)).text();
      lines = Array.from(log.matchAll(/LATE ([\d.]+)/g), ([, ms]) => Number(ms));
    }
  }
  // The first ones compile, and start the environment.
  return lines.slice(10);
}

/** How many were left when the load ended, and how long they took, milliseconds. */
async function untilDrained(endpoint: string): Promise<readonly [left: number, tookMs: number]> {
  const startedMs = performance.now();
  let first: number | undefined;
  for (;;) {
    const { lanes } = (await (await fetch(`${endpoint}/_lambent/events`)).json()) as { readonly lanes: readonly { readonly waiting: number; readonly running: number }[] };
    const left = lanes.reduce((sum, { waiting, running }) => sum + waiting + running, 0);
    first ??= left;
    if (left === 0) return [first, performance.now() - startedMs];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
