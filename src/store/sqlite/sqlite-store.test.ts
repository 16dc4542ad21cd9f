import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { storeCases } from "../store.case.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const key = { account: "000000000000", region: "eu-west-1", service: "lambda" };
const put = (value: number) => ({ kind: "put-document", collection: "c", key: "k", value }) as const;
let root: string;
let directories = 0;
const freshDirectory = (): string => join(root, String((directories += 1)));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lambent-sqlite-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

storeCases("sqlite", (clock) => openSqliteStore({ directory: freshDirectory(), clock }));

describe("a data directory", () => {
  test("holds after closing and opening what it held before", async () => {
    const directory = freshDirectory();
    const before = await openSqliteStore({ directory, clock: systemClock });
    const partition = before.partition(key);
    const [written] = await partition.commit([put(1), { kind: "set-timer", name: "t", dueAtMs: 0, value: "ring" }]);
    await partition.commit([{ kind: "send-message", queue: "q", id: "m", value: "hello" }]);
    const [received] = await partition.queues.receive("q", { limit: 1, visibilityMs: 60_000 });
    const blob = await before.blobs.put(Buffer.from("hello"));
    await before.close();

    const after = await openSqliteStore({ directory, clock: systemClock });
    const again = after.partition(key);
    expect(await after.partitions()).toEqual([key]);
    expect(await again.get("c", "k")).toEqual({ key: "k", value: 1, revision: written.revision });
    expect(await again.queues.browse("q", { limit: 10 })).toMatchObject([{ id: "m", receiveCount: 1 }]);
    expect(await new Promise((resolve) => void again.timers.listen(resolve))).toMatchObject([{ name: "t", value: "ring" }]);
    expect(await after.blobs.path(blob.sha256)).toBeDefined();
    expect(await again.commit([{ kind: "delete-message", queue: "q", receipt: received?.receipt ?? "", expect: "held" }])).toMatchObject([{ found: "held" }]);
    const [rewritten] = await again.commit([put(2)]);
    expect(rewritten.revision).toBeGreaterThan(written.revision);
    await after.close();
  });

  test("is refused to a second store, in this process and in another, naming who has it", async () => {
    const directory = freshDirectory();
    const store = await openSqliteStore({ directory, clock: systemClock });
    const refusal = `The data directory ${directory} is in use by process ${process.pid}. Stop it, or choose another directory with --data.`;
    await expect(openSqliteStore({ directory, clock: systemClock })).rejects.toMatchObject({ code: "StoreLocked", message: refusal });
    expect(await openInChild(directory)).toContain(refusal);
    // A refused attempt has not given the lock away.
    expect(await openInChild(directory)).toContain(refusal);
    await store.close();
    expect(await openInChild(directory)).toBe("opened\n");
  });

  test("of a newer format is refused and left as it is", async () => {
    const directory = freshDirectory();
    await (await openSqliteStore({ directory, clock: systemClock })).close();
    const database = new DatabaseSync(join(directory, "store.db"));
    database.prepare("INSERT INTO migrations VALUES (99, 'from the future', 0)").run();
    database.close();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openSqliteStore({ directory, clock: systemClock })).rejects.toMatchObject({
        code: "StoreTooNew",
        message: expect.stringContaining(`${directory} has format 99`),
      });
    }
  });

  test("that is no database is refused with the reason", async () => {
    const directory = freshDirectory();
    await (await openSqliteStore({ directory, clock: systemClock })).close();
    const { writeFile } = await import("node:fs/promises");
    await writeFile(join(directory, "store.db"), "not a database at all, but long enough to be taken for one".repeat(100));
    await expect(openSqliteStore({ directory, clock: systemClock })).rejects.toMatchObject({ code: "StoreDiskFailed", message: expect.stringContaining("not a database") });
  });
});

describe("purges and trims", () => {
  test("give their room back bit by bit", async () => {
    const directory = freshDirectory();
    const store = await openSqliteStore({ directory, clock: systemClock });
    const partition = store.partition(key);
    const many = Array.from({ length: 1_500 }, (_, place) => place);
    await partition.commit(many.map((place) => ({ kind: "send-message", queue: "q", id: String(place), value: 1 }) as const));
    const records = await partition.commit(many.map((value) => ({ kind: "append-record", stream: "s", value }) as const));
    await partition.commit([{ kind: "purge-queue", queue: "q" }, { kind: "trim-stream", stream: "s", through: records.at(-1)?.sequence ?? 0 }]);
    const database = new DatabaseSync(join(directory, "store.db"), { readOnly: true });
    const rows = database.prepare("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM records) + (SELECT count(*) FROM names WHERE name IS NULL) AS rows");
    while (Number(rows.get()?.["rows"]) > 0) await partition.commit([put(1)]);
    database.close();
    await store.close();
  });
});

/** What a process of its own says that opens and closes the store. */
function openInChild(directory: string): Promise<string> {
  const program = `
    import { systemClock } from ${JSON.stringify(new URL("../../core/clock.ts", import.meta.url).href)};
    import { openSqliteStore } from ${JSON.stringify(new URL("./sqlite-store.ts", import.meta.url).href)};
    const store = await openSqliteStore({ directory: ${JSON.stringify(directory)}, clock: systemClock });
    await store.close();
    console.log("opened");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (said += text));
  return new Promise((resolve) => child.once("close", () => resolve(said)));
}
