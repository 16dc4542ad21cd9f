// kill -9 under load, a hundred times: what was acknowledged is there, and nothing is half-made.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Json } from "../../src/store/json.ts";
import type { Partition } from "../../src/store/store.ts";

const lanes = 2;
const roundsOfLane = 52;
const partitionKey = { account: "000000000000", region: "eu-west-1", service: "recovery" };

test("a hundred kills under load lose nothing acknowledged and leave nothing half-made", { timeout: 240_000 }, async () => {
  const acknowledged = await Promise.all(Array.from({ length: lanes }, killAgainAndAgain));
  // The load was real: some rounds are killed before their first answer, most are not.
  expect(acknowledged.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(lanes * roundsOfLane * 10);
});

/** One data directory, through all its rounds. Returns how much was acknowledged. */
async function killAgainAndAgain(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "lambent-kill-"));
  const seen: Seen = { record: 0, files: new Set(), left: new Set() };
  let acknowledged = 0;
  for (let round = 0; round < roundsOfLane; round += 1) {
    const lines = await killAfter(2 + Math.random() * 40, [directory, String(round)]);
    acknowledged += lines.length;
    await checkRecovered(directory, lines, seen);
  }
  await rm(directory, { recursive: true });
  return acknowledged;
}

/** What the program acknowledged before it was killed, so long after it was ready. */
function killAfter(loadMs: number, args: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const child = spawn(process.execPath, [new URL("store-load.ts", import.meta.url).pathname, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  let isReady = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (isReady || !said.startsWith("ready\n")) return;
    isReady = true;
    systemClock.after(loadMs, () => void child.kill("SIGKILL"));
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL") resolve(linesOf(said));
      else reject(new Error(`the program ended by itself with ${code}: ${said}`));
    });
  });
}

function linesOf(said: string): readonly (readonly [string, string])[] {
  // A last line without its end was cut off by the kill.
  const lines = said.split("\n").slice(1, -1);
  return lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
}

/** What earlier rounds were checked for, so that each round checks its own. */
interface Seen {
  record: number;
  readonly files: Set<string>;
  /** Messages that earlier rounds left in the queue. */
  left: ReadonlySet<string>;
}

async function checkRecovered(directory: string, lines: readonly (readonly [string, string])[], seen: Seen): Promise<void> {
  const of = (kind: string): string[] => lines.filter(([said]) => said === kind).map(([, name]) => name);
  const store = await openSqliteStore({ directory, clock: systemClock });
  const partition = store.partition(partitionKey);
  const { written, consumed, waiting } = await readAll(partition, seen);

  expect(written.left, "both documents of a commit, or none").toEqual(written.right);
  expect(written.left, "the records of the commits").toEqual(written.records);
  expect(new Set([...waiting.keys(), ...consumed]), "each message is in the queue or consumed").toEqual(new Set([...seen.left, ...written.left]));
  expect(waiting.size + consumed.size, "and never both").toBe(new Set([...seen.left, ...written.left]).size);
  expect(missing(of("written"), written.left), "writes acknowledged and lost").toEqual([]);
  expect(missing(of("consumed"), consumed), "consumptions acknowledged and lost").toEqual([]);
  const forgotten = of("received").filter((id) => waiting.get(id) === 0);
  expect(forgotten, "receives that were not counted").toEqual([]);
  seen.left = new Set(waiting.keys());

  const stored = new Set((await partition.scan("blobs")).map(textOf));
  expect(missing(of("stored"), stored), "blobs acknowledged and lost").toEqual([]);
  await checkBlobs(join(directory, "blobs"), stored, seen);
  await partition.commit([...consumed].map((key) => ({ kind: "delete-document", collection: "consumed", key }) as const));
  await store.close();
}

async function readAll(partition: Partition, seen: Seen) {
  const keysOf = async (collection: string): Promise<Set<string>> => new Set((await partition.scan(collection)).map(({ key }) => key));
  const records = await partition.streams.read("log", { after: seen.record, limit: 1_000_000 });
  seen.record = await partition.streams.end("log");
  const [left, right, consumed, timers] = await Promise.all([keysOf("left"), keysOf("right"), keysOf("consumed"), keysOf("$timers")]);
  expect(timers, "the timers of the commits").toEqual(left);
  const waiting = new Map((await partition.queues.browse("work", { limit: 1_000_000 })).map(({ id, receiveCount }) => [id, receiveCount]));
  // The next round begins with none of them.
  for (const collection of ["left", "right"]) {
    await partition.commit([...left].map((key) => ({ kind: "delete-document", collection, key }) as const));
  }
  await partition.commit([...timers].map((name) => ({ kind: "cancel-timer", name }) as const));
  return { written: { left, right, records: new Set(records.map(textOf)) }, consumed, waiting };
}

/** Every file is whole, every blob that a document names is there, and no temporary file is left. */
async function checkBlobs(folder: string, named: ReadonlySet<string>, seen: Seen): Promise<void> {
  const files: string[] = [];
  for (const prefix of await readdir(folder)) {
    const names = await readdir(join(folder, prefix));
    if (prefix === "tmp") expect(names, "leftovers of the crash").toEqual([]);
    else files.push(...names.map((name) => prefix + name));
  }
  for (const sha256 of files.filter((file) => !seen.files.has(file))) {
    const content = await readFile(join(folder, sha256.slice(0, 2), sha256.slice(2)));
    expect(createHash("sha256").update(content).digest("hex"), "a blob is what its name says").toBe(sha256);
    seen.files.add(sha256);
  }
  expect(missing(named, seen.files), "blobs that documents name").toEqual([]);
}

function textOf({ value }: { readonly value: Json }): string {
  if (typeof value !== "string") throw new TypeError("the load stores names only");
  return value;
}

const missing = (acknowledged: Iterable<string>, found: ReadonlySet<string>): string[] => [...acknowledged].filter((name) => !found.has(name));
