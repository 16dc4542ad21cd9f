// The control plane with 10,000 functions: GetFunction and ListFunctions beside a bare server that answers the same
// bytes, and warm invokes of another function while all are listed in a loop: `npm run bench -- control`.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../src/core/clock.ts";
import { isAccountId, isRegion } from "../src/core/context.ts";
import { systemIds } from "../src/core/ids.ts";
import { functions } from "../src/functions/documents.ts";
import type { FunctionRecord } from "../src/functions/records.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { createHello, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, type Program, type Started, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

const total = 10_000;
const seed = "hello";

/** One connection, kept alive; each call waits for the one before. */
class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** The whole answer, and the milliseconds until it was there. Rejects unless the status is 200. */
  async call(url: string, method = "GET", body = ""): Promise<{ readonly ms: number; readonly answer: string }> {
    const startedMs = performance.now();
    const call = request(url, { method, agent: this.#agent });
    call.end(body);
    const [response] = (await once(call, "response")) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    if (response.statusCode !== 200) throw new Error(`${method} ${url} answered ${response.statusCode}: ${Buffer.concat(parts).toString()}`);
    return { ms: performance.now() - startedMs, answer: Buffer.concat(parts).toString() };
  }

  async times(count: number, url: string, method?: string, body?: string): Promise<readonly number[]> {
    const times: number[] = [];
    for (let n = 0; n < count; n++) times.push((await this.call(url, method, body)).ms);
    return times;
  }

  close(): void {
    this.#agent.destroy();
  }
}

export async function control(rounds = 7, requests = 300): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), "lambent-bench-control-"));
  const client = new Client();
  let started: Started | undefined;
  try {
    started = await startWith(data, (endpoint) => createHello(endpoint, seed, 1769));
    await started.stop();
    await multiply(data);
    const port = await freePort();
    started = startProgram(lambentOn(port, data));
    const endpoint = `http://127.0.0.1:${port}/2015-03-31/functions/`;
    await answeredAfter(endpoint);
    await reads(client, endpoint, rounds, requests);
    await invokesBeside(client, endpoint, rounds, requests * 5);
  } finally {
    client.close();
    await started?.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** The built package on a data directory, since a store in memory would have nothing to read. */
function lambentOn(port: number, data: string): Program {
  const { args, ...program } = lambentProgram(port);
  return { ...program, args: args.flatMap((arg) => (arg === "--memory" ? ["--data", data] : [arg])) };
}

async function startWith(data: string, prepare: (endpoint: string) => Promise<void>): Promise<Started> {
  const port = await freePort();
  const started = startProgram(lambentOn(port, data));
  await answeredAfter(`http://127.0.0.1:${port}/2015-03-31/functions/`);
  await prepare(`http://127.0.0.1:${port}`);
  return started;
}

/** Copies of the one function that was created, straight into the store. */
async function multiply(data: string): Promise<void> {
  const [account, region] = ["000000000000", "us-east-1"];
  if (!isAccountId(account) || !isRegion(region)) throw new Error("the account and region of the benchmark");
  const store = await openSqliteStore({ directory: data, clock: systemClock });
  const partition = store.partition({ account, region, service: "lambda" });
  const document = await partition.get(functions.name, seed);
  if (document === undefined) throw new Error(`there is no function ${seed} to copy`);
  const { record }: { readonly record: FunctionRecord } = functions.read(document);
  for (let from = 1; from < total; from += 500) {
    const names = Array.from({ length: Math.min(500, total - from) }, (_, n) => `copy-${String(from + n).padStart(5, "0")}`);
    await partition.commit(names.map((name) => functions.put(name, { ...record, name, revisionId: systemIds.uuid(), deploymentId: systemIds.uuid() })));
  }
  await store.close();
}

async function reads(client: Client, endpoint: string, rounds: number, requests: number): Promise<void> {
  console.log(`| ${total} functions, 1 connection | p50, ms | p99, ms | bare server with the same bytes, p50 | ratio |\n|---|---|---|---|---|`);
  for (const [what, path] of [["GetFunction", "copy-05000"], ["GetFunctionConfiguration", "copy-05000/configuration"], ["ListFunctions, a page of 50", ""]] as const) {
    const { answer } = await client.call(`${endpoint}${path}`);
    const bare = createServer((incoming, response) => {
      incoming.resume();
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) }).end(answer);
    }).listen(0, "127.0.0.1");
    await once(bare, "listening");
    const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
    const [own, other]: [number[][], number[][]] = [[], []];
    // One round unrecorded: compilers warm up.
    for (let round = 0; round <= rounds; round++) {
      const [bareTimes, times] = [await client.times(requests, bareUrl), await client.times(requests, `${endpoint}${path}`)];
      if (round > 0) {
        other.push([...bareTimes]);
        own.push([...times]);
      }
    }
    bare.close();
    const ratio = median(own.map((times, round) => median(times) / median(other[round] ?? times)));
    const cells = [what, rounded(median(own.flat()), 3), rounded(percentile(own.flat(), 0.99), 3), rounded(median(other.flat()), 3), `${rounded(ratio, 1)}x`];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/** By turns with and without a process beside that lists everything, page after page. */
async function invokesBeside(client: Client, endpoint: string, rounds: number, requests: number): Promise<void> {
  const invoke = (): Promise<readonly number[]> => client.times(requests, `${endpoint}${seed}/invocations`, "POST", '{"name":"you"}');
  await invoke();
  const [alone, elsewhere, beside]: [number[][], number[][], number[][]] = [[], [], []];
  const barePort = await freePort();
  const bare = startProgram({ program: process.execPath, args: [fileURLToPath(new URL("fixtures/bare-page.mjs", import.meta.url)), String(barePort), endpoint] });
  const bareEndpoint = `http://127.0.0.1:${barePort}/`;
  await answeredAfter(bareEndpoint);
  const whileListing = async (from: string): Promise<number[]> => {
    const lister = startProgram({ program: process.execPath, args: [fileURLToPath(new URL("fixtures/list-all.mjs", import.meta.url)), from] });
    const times = [...(await invoke())];
    await lister.stop();
    return times;
  };
  for (let round = 0; round < rounds; round++) {
    alone.push([...(await invoke())]);
    elsewhere.push(await whileListing(bareEndpoint));
    beside.push(await whileListing(endpoint));
  }
  await bare.stop();
  console.log("\n| warm invoke at 1 connection | p50, ms | p99, ms | p99 over alone | p99 over the bare server's |\n|---|---|---|---|---|");
  const cellsOf = (times: readonly (readonly number[])[]): string => `${rounded(median(times.flat()), 3)} | ${rounded(percentile(times.flat(), 0.99), 3)}`;
  const ratioTo = (times: readonly number[][], base: readonly number[][]): string =>
    rounded(median(times.map((round, index) => percentile(round, 0.99) / percentile(base[index] ?? round, 0.99))));
  console.log(`| alone | ${cellsOf(alone)} | 1x |  |`);
  console.log(`| while a bare server is asked for such a page in a loop | ${cellsOf(elsewhere)} | ${ratioTo(elsewhere, alone)}x | 1x |`);
  console.log(`| while ${total} functions are listed in a loop | ${cellsOf(beside)} | ${ratioTo(beside, alone)}x | ${ratioTo(beside, elsewhere)}x |`);
}
