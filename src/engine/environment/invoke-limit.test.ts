// One timer for many invokes: each has its whole time, also while the clock of a debugger stands still.
import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { InvokeLimit } from "./invoke-limit.ts";
import { SuspendableTimers } from "./suspendable-timers.ts";

function start() {
  const clock = new ManualClock();
  const timers = new SuspendableTimers(clock);
  const timeouts: number[] = [];
  const startMs = clock.monotonic();
  return { clock, timers, timeouts, limit: new InvokeLimit(timers, 100, () => timeouts.push(clock.monotonic() - startMs)) };
}

test("each invoke has its whole time, whatever is left of the timer of an earlier one", () => {
  const { clock, timeouts, limit } = start();
  limit.begin();
  clock.advance(60);
  limit.end();
  limit.begin();
  clock.advance(99);
  expect(timeouts).toEqual([]);
  clock.advance(1);
  expect(timeouts).toEqual([160]);
});

test("nothing times out between invokes, and the first after a long rest has its whole time, too", () => {
  const { clock, timeouts, limit } = start();
  limit.begin();
  limit.end();
  clock.advance(1000);
  limit.begin();
  clock.advance(99);
  limit.end();
  clock.advance(1000);
  expect(timeouts).toEqual([]);
});

test("time stands still with the timers that it is measured by", () => {
  const { clock, timers, timeouts, limit } = start();
  limit.begin();
  clock.advance(40);
  limit.end();
  limit.begin();
  clock.advance(50);
  timers.suspend();
  clock.advance(10_000);
  timers.resume();
  clock.advance(49);
  expect(timeouts).toEqual([]);
  clock.advance(1);
  expect(timeouts).toEqual([10_140]);
});

test("a limit that is closed stays silent", () => {
  const { clock, timeouts, limit } = start();
  limit.begin();
  limit.close();
  clock.advance(1000);
  expect(timeouts).toEqual([]);
});
