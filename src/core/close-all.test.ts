import { expect, test } from "vitest";
import { closeAll, closeTogether } from "./close-all.ts";

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

test("what is closed together is closed as a whole before a failure is told", async () => {
  const closed: string[] = [];
  const slow = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    closed.push("slow");
  };
  const refuse = (): never => {
    throw new Error("refused");
  };
  await expect(closeTogether([refuse, slow, () => Promise.reject(new Error("too late"))])).rejects.toThrow("refused");
  expect(closed).toEqual(["slow"]);
});
