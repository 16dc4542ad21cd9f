import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { SuspendableTimers } from "./suspendable-timers.ts";

function start() {
  const clock = new ManualClock();
  const timers = new SuspendableTimers(clock);
  const fired: string[] = [];
  return { clock, timers, fired, after: (ms: number, name: string) => timers.after(ms, () => void fired.push(name)) };
}

test("timers keep what is left of them while they are suspended", () => {
  const { clock, timers, fired, after } = start();
  after(100, "early");
  clock.advance(60);
  timers.suspend();
  after(50, "late");
  clock.advance(10_000);
  expect(fired).toEqual([]);
  timers.resume();
  clock.advance(39);
  expect(fired).toEqual([]);
  clock.advance(1);
  expect(fired).toEqual(["early"]);
  clock.advance(10);
  expect(fired).toEqual(["early", "late"]);
});

test("what was cancelled stays so, suspended or not, and suspending twice is suspending once", () => {
  const { clock, timers, fired, after } = start();
  after(10, "running").cancel();
  const held = after(10, "held");
  timers.suspend();
  timers.suspend();
  held.cancel();
  timers.resume();
  timers.resume();
  clock.advance(1000);
  expect(fired).toEqual([]);
});
