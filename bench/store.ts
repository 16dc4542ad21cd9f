// Commits and queue operations a second of the durable store, beside bare syncs of a plain file on the same disk in
// the same run. `node bench/store.ts [seconds per figure]`
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/core/clock.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";

const secondsEach = Number(process.argv[2] ?? 1);
const directory = mkdtempSync(join(tmpdir(), "lambent-bench-"));
const body = "x".repeat(200);
const key = { account: "000000000000", region: "eu-west-1", service: "bench" };

print("open, ms", await measureOpen());
const floor = measureSyncs();
print("bare write and fdatasync of 200 bytes", `${rate(floor)}/s`);
const store = await openSqliteStore({ directory: join(directory, "store"), clock: systemClock });
const { collection, ...works } = worksOn(store);
for (const [name, work] of Object.entries(works)) {
  for (const concurrency of [1, 8, 64]) {
    const perSecond = await measure(concurrency, work);
    print(`${name}, ${concurrency} at once`, `${rate(perSecond)}/s, ${(perSecond / floor).toFixed(2)}x the bare sync`);
  }
}
print(`event loop held up at worst while ${collection.name} run, ms`, (await collection.run()).toFixed(1));
await store.close();
rmSync(directory, { recursive: true });

function worksOn(target: Store) {
  const partition = target.partition(key);
  let count = 0;
  const send = (queue: string) => ({ kind: "send-message", queue, id: String((count += 1)), value: body }) as const;
  return {
    "commit of one document": () => partition.commit([{ kind: "put-document", collection: "c", key: String((count += 1)), value: { body } }]),
    "point read": () => partition.get("c", "1"),
    "send of one message": () => partition.commit([send("one")]),
    "send of ten (commits)": () => partition.commit(Array.from({ length: 10 }, () => send("ten"))),
    "send, receive and delete of ten (rounds)": async () => {
      await partition.commit(Array.from({ length: 10 }, () => send("round")));
      const received = await partition.queues.receive("round", { limit: 10, visibilityMs: 30_000 });
      await partition.commit(received.map(({ receipt }) => ({ kind: "delete-message", queue: "round", receipt }) as const));
    },
    collection: {
      name: "commits and a scan of all documents",
      run: async (): Promise<number> => {
        let worstMs = 0;
        let last = performance.now();
        let isDone = false;
        const tick = (): void => {
          const now = performance.now();
          worstMs = Math.max(worstMs, now - last);
          last = now;
          if (!isDone) setImmediate(tick);
        };
        tick();
        await Promise.all([partition.scan("c"), ...Array.from({ length: 100 }, () => partition.commit([send("one")]))]);
        isDone = true;
        return worstMs;
      },
    },
  };
}

async function measure(concurrency: number, work: () => Promise<unknown>): Promise<number> {
  const endMs = performance.now() + secondsEach * 1_000;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return done / secondsEach;
}

function measureSyncs(): number {
  const file = openSync(join(directory, "plain"), "w");
  const endMs = performance.now() + secondsEach * 1_000;
  let done = 0;
  for (; performance.now() < endMs; done += 1) {
    writeSync(file, body);
    fdatasyncSync(file);
  }
  closeSync(file);
  return done / secondsEach;
}

async function measureOpen(): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const startMs = performance.now();
    const opened = await openSqliteStore({ directory: join(directory, "open"), clock: systemClock });
    times.push(performance.now() - startMs);
    await opened.close();
  }
  return times.map((ms) => ms.toFixed(0)).join(" ");
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en");
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(60)} ${value}\n`);
}
