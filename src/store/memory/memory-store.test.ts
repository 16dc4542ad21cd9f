import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { storeCases } from "../store.case.ts";
import { openMemoryStore } from "./memory-store.ts";

storeCases("memory", (clock) => openMemoryStore({ clock }));

test("leaves no files behind", async () => {
  const store = await openMemoryStore({ clock: systemClock });
  const { sha256 } = await store.blobs.put(Buffer.from("hello"));
  const path = (await store.blobs.path(sha256)) ?? "";
  expect(existsSync(path)).toBe(true);
  await store.close();
  expect(existsSync(dirname(dirname(path)))).toBe(false);
});
