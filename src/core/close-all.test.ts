import { expect, test } from "vitest";
import { closeAll } from "./close-all.ts";

test("what was opened last closes first, each once", async () => {
  const closed: string[] = [];
  const closers = ["store", "logs", "driver"].map((name) => () => void closed.push(name));
  await closeAll(closers);
  await closeAll(closers);
  expect(closed).toEqual(["driver", "logs", "store"]);
});

test("one that fails keeps no other from closing, and is told of", async () => {
  const closed: string[] = [];
  const refuse = (why: string) => () => Promise.reject(new Error(why));
  await expect(closeAll([() => void closed.push("store"), refuse("second"), () => void closed.push("logs"), refuse("first")])).rejects.toThrow("first");
  expect(closed).toEqual(["logs", "store"]);
});
