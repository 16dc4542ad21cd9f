import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { MemoryBudget, type Room } from "./memory-budget.ts";

/** Environments of a byte count each; `idle` are those that may end, the one used longest ago first. */
function start(limitBytes: number) {
  const clock = new ManualClock();
  const budget = new MemoryBudget({ clock, limitBytes });
  const idle: Room[] = [];
  const ending: Room[] = [];
  budget.onShort(() => {
    const room = idle.shift();
    if (room === undefined) return false;
    room.leaving();
    ending.push(room);
    return true;
  });
  const outcomes: string[] = [];
  const rooms = new Map<string, Room>();
  const enter = (name: string, bytes: number, isNeeded = () => true): void =>
    budget.enter({
      functionKey: name,
      bytes,
      isNeeded,
      onRoom: (room) => {
        outcomes.push(room === undefined ? `${name} dropped` : name);
        if (room !== undefined) rooms.set(name, room);
      },
      onRefused: () => void outcomes.push(`${name} refused`),
    });
  const restAll = (): void => void idle.push(...rooms.values());
  return { clock, budget, enter, idle, ending, outcomes, rooms, restAll };
}

describe("the budget of memory", () => {
  test("waits as long as room is on its way, and not for ever", () => {
    const { clock, enter, restAll, ending, outcomes } = start(100);
    enter("a", 100);
    restAll();
    enter("b", 100);
    expect(ending).toHaveLength(1);
    clock.advance(10_000);
    expect(outcomes).toEqual(["a"]);
    ending[0]?.leave();
    expect(outcomes).toEqual(["a", "b"]);
    restAll();
    enter("c", 100);
    clock.advance(60_000);
    expect(outcomes).toEqual(["a", "b", "c refused"]);
  });

  test("refuses after two seconds in which nothing was idle", () => {
    const { clock, enter, outcomes } = start(100);
    enter("a", 60);
    enter("b", 60);
    clock.advance(1999);
    expect(outcomes).toEqual(["a"]);
    clock.advance(1);
    expect(outcomes).toEqual(["a", "b refused"]);
  });

  test("waits on while others get room", () => {
    const { clock, enter, rooms, outcomes } = start(100);
    enter("a", 60);
    enter("b", 60);
    enter("c", 60);
    clock.advance(1500);
    rooms.get("a")?.leave();
    clock.advance(1500);
    expect(outcomes).toEqual(["a", "b"]);
    rooms.get("b")?.leave();
    expect(outcomes).toEqual(["a", "b", "c"]);
  });

  test("gives at once what one turns out not to need", () => {
    const { enter, rooms, outcomes } = start(100);
    enter("a", 60);
    enter("b", 60);
    rooms.get("a")?.resize(40);
    expect(outcomes).toEqual(["a", "b"]);
  });

  test("ends idle environments for several starts at once, but none for what is not needed", () => {
    const { enter, restAll, ending, outcomes } = start(100);
    for (const name of ["a", "b", "c", "d", "e"]) enter(name, 20);
    restAll();
    let isNeeded = true;
    for (const name of ["f", "g", "h"]) enter(name, 20, () => isNeeded);
    expect(ending).toHaveLength(3);
    isNeeded = false;
    ending[0]?.leave();
    expect(outcomes.slice(5)).toEqual(["f dropped", "g dropped", "h dropped"]);
  });

  test("makes a little room ahead of need", () => {
    const { enter, idle, rooms, ending } = start(160);
    enter("a", 10);
    idle.push(...rooms.values());
    for (let index = 0; index < 14; index += 1) enter(`busy-${index}`, 10);
    expect(ending).toHaveLength(0);
    enter("last", 10);
    expect(ending).toHaveLength(1);
  });

  test("gives room to the function that has least, and has the others give way to it", () => {
    const { budget, enter, rooms, outcomes } = start(100);
    enter("greedy", 50);
    enter("greedy", 50);
    enter("greedy", 50);
    enter("small", 40);
    expect([budget.mustYield("greedy"), budget.mustYield("small")]).toEqual([true, false]);
    rooms.get("greedy")?.leave();
    expect(outcomes).toEqual(["greedy", "greedy", "small"]);
    // Nobody else waits.
    expect([budget.isShort, budget.mustYield("greedy"), budget.mustYield("small")]).toEqual([true, false, false]);
  });
});
