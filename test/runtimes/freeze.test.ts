// Environments are frozen between invokes, and may be at any point: what our bootstraps do goes on where it stood.
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, type Reply, runtimes } from "./guest-host.ts";

const nodes = await installed("nodejs26.x", "nodejs22.x", "nodejs20.x");
const pythons = await installed("python3.8", "python3.11", "python3.13");

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

/** Frozen and thawed all the time, at times that no guest can foresee, while `work` goes on. */
async function underFrost<Result>({ sandbox }: Guest, work: Promise<Result>): Promise<Result> {
  const frost = { isOver: false };
  const end = work.finally(() => (frost.isOver = true));
  for (let round = 0; !frost.isOver; round += 1) {
    sandbox.freeze();
    await wait(round % 7);
    sandbox.thaw();
    await wait(1 + (round % 5));
  }
  return end;
}

describe.each(nodes)("%s", (id) => {
  const start = async (body: string): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "index.mjs": body }, handler: "index.handler" });
  const sleeps = "const sleep = (ms) => new Promise((done) => setTimeout(done, ms));";

  test("answers an event that came while it was frozen", async () => {
    const guest = await start("export const handler = async (event) => event");
    await guest.ready();
    guest.sandbox.freeze();
    const large = "x".repeat(1_000_000);
    const replied = guest.invoke(large);
    await wait(50);
    guest.sandbox.thaw();
    expect(((await replied) as Reply).payload === large).toBe(true);
  });

  test("starts, computes, reads, writes and waits under frost", async () => {
    const guest = await start(`${sleeps} export const handler = async ({ bytes, ms }) => { let sum = 0; for (let i = 0; i < 5e6; i += 1) sum += i; await sleep(ms); console.log('line'); return { sum, large: 'x'.repeat(bytes) } }`);
    await underFrost(guest, guest.ready());
    for (const bytes of [10, 3_000_000]) {
      const reply = (await underFrost(guest, guest.invoke({ bytes, ms: 30, padding: "y".repeat(bytes) }))) as Reply;
      expect(reply.kind).toBe("response");
      expect((reply.payload as { large: string }).large).toHaveLength(bytes);
    }
    expect(guest.output().split("\n").filter((line) => line.endsWith("\tline"))).toHaveLength(2);
  });

  test("streams under frost, with all its chunks in order", async () => {
    const guest = await start(`${sleeps} export const handler = awslambda.streamifyResponse(async (event, stream) => { for (let i = 0; i < 40; i += 1) { if (!stream.write(String(i).padEnd(60_000))) await new Promise((done) => stream.once('drain', done)); if (i % 10 === 0) await sleep(1) } stream.end() })`);
    for (let round = 0; round < 2; round += 1) {
      const reply = (await underFrost(guest, guest.invoke({}))) as Reply;
      expect(reply.chunks?.map(Number)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    }
  });

  test("lets timers of a frozen time fire late, in the next invoke, and only then", async () => {
    const guest = await start(`${sleeps} const fired = []; export const handler = async (event) => { if (event === 'set') setTimeout(() => fired.push(Date.now()), 20); else while (fired.length === 0) await sleep(1); return fired }`);
    expect(await guest.invoke("set")).toMatchObject({ payload: [] });
    guest.sandbox.freeze();
    await wait(100);
    const thawedMs = Date.now();
    guest.sandbox.thaw();
    const [firedMs] = ((await guest.invoke("ask")) as Reply).payload as readonly number[];
    expect(firedMs).toBeGreaterThanOrEqual(thawedMs);
  });

  test("stops the work of its threads while it is frozen", async () => {
    const guest = await start(
      `import { Worker } from 'node:worker_threads'; const shared = new Int32Array(new SharedArrayBuffer(4)); new Worker('const { workerData } = require("node:worker_threads"); const counter = workerData; setInterval(() => Atomics.add(counter, 0, 1), 1)', { eval: true, workerData: shared }); export const handler = async () => Atomics.load(shared, 0)`,
    );
    await expect.poll(async () => ((await guest.invoke({})) as Reply).payload).toBeGreaterThan(0);
    const before = ((await guest.invoke({})) as Reply).payload as number;
    await guest.ready();
    guest.sandbox.freeze();
    await wait(400);
    guest.sandbox.thaw();
    // Running it would have counted four hundred.
    expect(((await guest.invoke({})) as Reply).payload as number).toBeLessThan(before + 300);
  });
});

describe.each(pythons)("%s", (id) => {
  beforeAll(() => runtimes.resolve(id), 180_000);
  const start = async (...app: readonly string[]): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "app.py": app.join("\n") }, handler: "app.handler" });

  test("starts, computes, reads, writes and waits under frost", async () => {
    const guest = await start("import time", "def handler(event, context):", "    total = sum(range(300000))", "    time.sleep(event['ms'] / 1000)", "    print('line')", "    return {'total': total, 'large': 'x' * event['bytes']}");
    await underFrost(guest, guest.ready());
    for (const bytes of [10, 3_000_000]) {
      const reply = (await underFrost(guest, guest.invoke({ bytes, ms: 30, padding: "y".repeat(bytes) }))) as Reply;
      expect(reply.kind).toBe("response");
      expect((reply.payload as { large: string }).large).toHaveLength(bytes);
    }
    expect(guest.output()).toBe("line\nline\n");
  });

  test("stops its threads with it, which go on with the next event", async () => {
    const guest = await start("import threading, time", "count = 0", "def work():", "    global count", "    while True:", "        count += 1", "        time.sleep(0.001)", "threading.Thread(target=work, daemon=True).start()", "def handler(event, context):", "    time.sleep(event)", "    return count");
    expect(((await guest.invoke(0.05)) as Reply).payload).toBeGreaterThan(0);
    const before = ((await guest.invoke(0)) as Reply).payload as number;
    await guest.ready();
    guest.sandbox.freeze();
    await wait(400);
    guest.sandbox.thaw();
    // Running they would have counted four hundred.
    expect(((await guest.invoke(0)) as Reply).payload as number).toBeLessThan(before + 300);
    expect(((await guest.invoke(0.05)) as Reply).payload).toBeGreaterThan(before);
  });

  test("runs handlers of signals that came while it waited for an event", async () => {
    const guest = await start("import signal", "seen = []", "signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))", "import os", "def handler(event, context):", "    if event: os.kill(os.getpid(), signal.SIGUSR1)", "    return seen");
    await underFrost(guest, guest.invoke(true));
    expect(await guest.invoke(false)).toMatchObject({ payload: [1] });
  });
});
