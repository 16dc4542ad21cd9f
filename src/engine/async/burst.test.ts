import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { Burst } from "./burst.ts";

function openBurst() {
  const clock = new ManualClock();
  let released = 0;
  const burst = new Burst(clock, () => void (released += 1));
  const callers = (count: number, act: "begin" | "end"): void => {
    for (let caller = 0; caller < count; caller += 1) burst[act]();
  };
  return { clock, burst, callers, released: () => released };
}

test("a few callers at once are no burst", () => {
  const { burst, callers } = openBurst();
  callers(3, "begin");
  expect(burst.isOn).toBe(false);
  callers(3, "end");
  callers(3, "begin");
  expect(burst.isOn).toBe(false);
});

test("events wait while many callers do, and some milliseconds longer", () => {
  const { clock, burst, callers, released } = openBurst();
  callers(8, "begin");
  expect(burst.isOn).toBe(true);
  callers(8, "end");
  clock.advance(4);
  callers(8, "begin");
  callers(8, "end");
  clock.advance(4);
  expect([burst.isOn, released()]).toEqual([true, 0]);
  clock.advance(1);
  expect([burst.isOn, released()]).toEqual([false, 1]);
});

test("a burst that goes on and on lets events run beside it", () => {
  const { clock, burst, callers, released } = openBurst();
  for (let round = 0; round < 2_500; round += 1) {
    callers(8, "begin");
    callers(8, "end");
    clock.advance(1);
  }
  expect([burst.isOn, released()]).toEqual([false, 1]);
  clock.advance(5);
  callers(8, "begin");
  expect(burst.isOn).toBe(true);
});
