// A program that loads a store until it is killed, and says on its standard output what was acknowledged: one line
// each, written synchronously, so that no line is lost with the process. Arguments: directory, name of the round.
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Partition, Store } from "../../src/store/store.ts";

const [, , directory = "", round = ""] = process.argv;
const partitionKey = { account: "000000000000", region: "eu-west-1", service: "recovery" };

const store = await openSqliteStore({ directory, clock: systemClock });
const partition = store.partition(partitionKey);
say("ready");
await Promise.all([...Array.from({ length: 6 }, (_, lane) => writeForever(lane)), consumeForever(), putForever(store, partition)]);

/** The parent may be slow to read, and the pipe does not block: tries until every byte has gone. */
function say(line: string): void {
  let left = Buffer.from(`${line}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

/** One commit each over two documents, a queue, a stream and a timer. */
async function writeForever(lane: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const name = `${round}-${lane}-${count}`;
    await partition.commit([
      { kind: "put-document", collection: "left", key: name, value: { name, padding: "x".repeat(count % 3_000) } },
      { kind: "put-document", collection: "right", key: name, value: name, expect: "absent", indexes: { round } },
      { kind: "send-message", queue: "work", id: name, value: name },
      { kind: "append-record", stream: "log", value: name },
      { kind: "set-timer", name, dueAtMs: 0, value: name },
    ]);
    say(`written ${name}`);
  }
}

/** Each message becomes a document in the commit that deletes it. */
async function consumeForever(): Promise<never> {
  for (;;) {
    const messages = await partition.queues.receive("work", { limit: 5, visibilityMs: 3_600_000, waitMs: 1_000 });
    for (const { id } of messages) say(`received ${id}`);
    await Promise.all(
      messages.map(async ({ id, receipt }) => {
        await partition.commit([
          { kind: "delete-message", queue: "work", receipt, expect: "held" },
          { kind: "put-document", collection: "consumed", key: id, value: id, expect: "absent" },
        ]);
        say(`consumed ${id}`);
      }),
    );
  }
}

async function putForever(from: Store, into: Partition): Promise<never> {
  for (let count = 0; ; count += 1) {
    const { sha256 } = await from.blobs.put(chunks(1 + count % 4));
    await into.commit([{ kind: "put-document", collection: "blobs", key: `${round}-${count}`, value: sha256 }]);
    say(`stored ${sha256}`);
  }
}

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < count; chunk += 1) yield randomBytes(20_000);
}
