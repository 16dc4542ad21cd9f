// The answer to a write leaves after its sync: seen in the system calls, and in what a loss of power would leave.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { type Call, Disk, hasStrace, traceProgram, writtenBy } from "./strace.ts";

const program = new URL("store-steps.ts", import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), "lambent-sync-"));
const stepsKey = { account: "000000000000", region: "eu-west-1", service: "steps" };
afterAll(() => rmSync(root, { recursive: true }));

// Debian: apt-get install strace.
describe.skipIf(!hasStrace)("with strace at hand", () => {
  const directory = join(root, "traced");
  const database = join(directory, "store.db");

  test("no acknowledgement leaves before the sync of what it tells of, and a copy of what was synced by then holds it", async () => {
    const { calls, status } = traceProgram([program, directory], join(root, "trace"));
    expect(status).toBe(0);
    const disk = new Disk();
    let unsynced = new Set<string>();
    let acknowledged: string[] = [];
    let syncs = 0;
    for (const call of calls) {
      const line = acknowledgement(call);
      if (line !== undefined) {
        expect([...unsynced], `written and not synced before "${line}"`).toEqual([]);
        if (!line.startsWith("stored")) expect(syncs, `syncs between "${acknowledged.at(-1)}" and "${line}"`).toBeGreaterThan(0);
        syncs = 0;
        acknowledged.push(line);
        await checkCopy(disk, acknowledged, database);
        continue;
      }
      disk.apply(call);
      if (call.result < 0 || !call.path.startsWith(database) || call.path.endsWith("-shm")) continue;
      if (call.name === "pwrite64") unsynced = unsynced.add(call.path);
      if (call.name.endsWith("sync")) {
        unsynced.delete(call.path);
        syncs += 1;
      }
    }
    expect(acknowledged).toHaveLength(19);
  });

  test("a blob is synced, then named, then its folder is synced, and only then acknowledged", () => {
    const { calls } = traceProgram([program, join(root, "blobs")], join(root, "blob-trace"));
    let since: string[] = [];
    let stored = 0;
    for (const call of calls) {
      const line = acknowledgement(call);
      if (line?.startsWith("stored") === true) {
        const sha256 = line.slice("stored ".length);
        const folder = join(root, "blobs/blobs", sha256.slice(0, 2));
        const [written, synced, named] = ["write tmp", "fsync tmp", `rename tmp`].map((step) => since.indexOf(step));
        expect(written, line).toBeGreaterThanOrEqual(0);
        expect(synced, line).toBeGreaterThan(written ?? -1);
        expect(named, line).toBeGreaterThan(synced ?? -1);
        expect(since.indexOf(`fsync ${join(root, "blobs/blobs")}`), "its folder is new, and so synced in the one above").toBeGreaterThan(0);
        expect(since.lastIndexOf(`fsync ${folder}`), line).toBeGreaterThan(named ?? -1);
        stored += 1;
      }
      if (line !== undefined) since = [];
      else if (call.result >= 0) since.push(`${call.name.replace("pwrite64", "write")} ${dirname(call.path).endsWith("/tmp") ? "tmp" : call.path}`);
    }
    expect(stored).toBe(3);
  });

  test("after a sync that failed nothing is accepted any more, and the error says where", () => {
    const failing = join(root, "failing");
    const { stdout } = traceProgram([program, failing], join(root, "failing-trace"), ["inject=fsync,fdatasync:error=EIO:when=14"]);
    const outcomes = stdout.split("\n").filter((line) => /^(committed|failed)/.test(line));
    const firstFailed = outcomes.findIndex((line) => line.startsWith("failed"));
    expect(firstFailed).toBeGreaterThan(0);
    expect(outcomes.slice(firstFailed).filter((line) => line.startsWith("committed"))).toEqual([]);
    expect(outcomes[firstFailed]).toContain(`The disk that holds ${failing} could not sync what was written: disk I/O error. No further write is accepted`);
  });

  test("a full disk fails the commit that met it and says what to do; once there is room again, the next succeeds", async () => {
    const full = join(root, "full");
    const { stdout } = traceProgram([program, full], join(root, "full-trace"), ["inject=pwrite64:error=ENOSPC:when=100"]);
    const failed = stdout.split("\n").filter((line) => line.startsWith("failed"));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toContain(`The disk that holds ${full} is full. Nothing was written: free some space and try again.`);
    expect(stdout).toContain("committed 14\n");
    const store = await openSqliteStore({ directory: full, clock: systemClock });
    const documents = await store.partition(stepsKey).scan("steps");
    expect(documents).toHaveLength(14);
    await store.close();
  });
});

/** The line that a call wrote to the standard output. */
function acknowledgement(call: Call): string | undefined {
  if (call.name !== "write" || !call.args.startsWith("1<")) return undefined;
  return writtenBy(call).bytes.toString().trim();
}

/** Opens a store on nothing but what was synced, and looks for all that was acknowledged. */
async function checkCopy(disk: Disk, acknowledged: readonly string[], database: string): Promise<void> {
  const copy = mkdtempSync(join(root, "copy-"));
  for (const [path, content] of disk.synced(database)) writeFileSync(join(copy, basename(path)), content);
  mkdirSync(join(copy, "blobs"));
  expect(readdirSync(copy)).toContain("store.db-wal");
  const store = await openSqliteStore({ directory: copy, clock: systemClock });
  const partition = store.partition(stepsKey);
  const committed = acknowledged.filter((line) => line.startsWith("committed")).map((line) => line.slice("committed ".length));
  const documents = new Set((await partition.scan("steps")).map(({ key }) => key));
  const messages = await partition.queues.browse("steps", { limit: 100 });
  expect([...documents]).toEqual(expect.arrayContaining(committed));
  expect(messages.map(({ id }) => id)).toEqual(expect.arrayContaining(committed));
  expect(messages).toHaveLength(documents.size);
  if (acknowledged.some((line) => line.startsWith("received"))) expect(messages.filter(({ receiveCount }) => receiveCount === 1)).toHaveLength(10);
  await store.close();
  rmSync(copy, { recursive: true });
}
