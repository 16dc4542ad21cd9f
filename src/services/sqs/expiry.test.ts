import { expect, test, vi } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { AccountId, Region } from "../../core/context.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import { startExpiry } from "./expiry.ts";
import { QueueCatalog } from "./queue-catalog.ts";

test("gives back the room of what a queue keeps no longer, though nobody looks at it", async () => {
  const clock = new ManualClock();
  const store = await openMemoryStore({ clock });
  const queues = new QueueCatalog(store);
  const id = { account: "000000000000" as AccountId, region: "us-east-1" as Region, name: "q" };
  const record = { id: "messages", createdAtMs: 0, modifiedAtMs: 0, attributes: { MessageRetentionPeriod: "3600" }, tags: {} };
  await queues.change(id, () => ({ record }));
  const { queues: stored } = queues.partition(id);
  const send = (body: string) => queues.partition(id).commit([{ kind: "send-message", queue: "messages", id: body, value: { body } }]);
  await send("old");
  const end = startExpiry({ queues, clock, onError: (error) => expect.fail(String(error)) });
  clock.advance(1);
  await send("young");
  clock.advance(3_600_000);
  await vi.waitFor(async () => expect((await stored.browse("messages", { limit: 10 })).map(({ id: body }) => body)).toEqual(["young"]));
  await end();
  await store.close();
});
