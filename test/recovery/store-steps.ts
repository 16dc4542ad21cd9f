// A program that writes step by step, one thing at a time, and says on its standard output when each was acknowledged,
// or failed.
// Argument: directory.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { reasonOf } from "../../src/store/faults.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";

const [, , directory = ""] = process.argv;
const store = await openSqliteStore({ directory, clock: systemClock });
const partition = store.partition({ account: "000000000000", region: "eu-west-1", service: "steps" });

for (let step = 0; step < 15; step += 1) {
  try {
    await partition.commit([
      { kind: "put-document", collection: "steps", key: String(step), value: "x".repeat(step * 1_000) },
      { kind: "send-message", queue: "steps", id: String(step), value: step },
    ]);
    writeSync(1, `committed ${step}\n`);
  } catch (error) {
    writeSync(1, `failed ${step}: ${reasonOf(error)}\n`);
  }
}
const received = await partition.queues.receive("steps", { limit: 10, visibilityMs: 3_600_000 });
writeSync(1, `received ${received.length}\n`);
for (let step = 0; step < 3; step += 1) {
  const { sha256 } = await store.blobs.put(Buffer.from(`blob ${step}`));
  writeSync(1, `stored ${sha256}\n`);
}
await store.close();
