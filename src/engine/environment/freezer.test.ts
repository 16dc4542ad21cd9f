import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { Freezer } from "./freezer.ts";

function start() {
  const clock = new ManualClock();
  const calls: string[] = [];
  const sandbox = { freeze: () => calls.push("freeze"), thaw: () => calls.push("thaw") } as unknown as Sandbox;
  const freezer = new Freezer(clock);
  return { clock, calls, freezer, rest: () => freezer.rest(sandbox) };
}

test("an environment is frozen a moment after it became idle, and thawed when it is needed", () => {
  const { clock, calls, freezer, rest } = start();
  rest();
  clock.advance(99);
  expect(calls).toEqual([]);
  clock.advance(1);
  expect(calls).toEqual(["freeze"]);
  freezer.wake();
  expect(calls).toEqual(["freeze", "thaw"]);
  clock.advance(10_000);
  expect(calls).toEqual(["freeze", "thaw"]);
});

test("one that is used again and again is left alone", () => {
  const { clock, calls, freezer, rest } = start();
  for (let invoke = 0; invoke < 50; invoke += 1) {
    rest();
    clock.advance(60);
    freezer.wake();
    clock.advance(60);
  }
  rest();
  expect(calls).toEqual([]);
  clock.advance(100);
  expect(calls).toEqual(["freeze"]);
});

test("one that is being ended goes on, and is not frozen later", () => {
  const { clock, calls, freezer, rest } = start();
  rest();
  clock.advance(100);
  freezer.forget();
  expect(calls).toEqual(["freeze", "thaw"]);
  rest();
  freezer.forget();
  clock.advance(1000);
  expect(calls).toEqual(["freeze", "thaw"]);
});
