// Idle connections end after some sweeps; those that are used, or busy, do not.
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { Connections, idleSweeps } from "./connections.ts";

function open(count: number) {
  const connections = new Connections();
  const sockets = Array.from({ length: count }, () => new Socket());
  for (const socket of sockets) connections.open(socket);
  const sweep = (times: number): void => {
    for (let time = 0; time < times; time += 1) connections.sweep();
  };
  return { connections, sweep, sockets, open: (): readonly boolean[] => sockets.map(({ destroyed }) => !destroyed) };
}

const [idle, used, busy] = [0, 1, 2];

test("what is idle for long is closed, what was used meanwhile later, and what is busy never", () => {
  const { connections, sweep, sockets, open: isOpen } = open(3);
  const at = (index: number): Socket => sockets[index] ?? new Socket();
  connections.begin(at(busy));
  sweep(idleSweeps);
  connections.begin(at(used));
  connections.end(at(used));
  expect(isOpen()).toEqual([true, true, true]);
  sweep(1);
  expect(isOpen()[idle]).toBe(false);
  expect(isOpen()).toEqual([false, true, true]);
  sweep(idleSweeps);
  expect(isOpen()).toEqual([false, false, true]);
  connections.end(at(busy));
  sweep(idleSweeps + 1);
  expect(isOpen()).toEqual([false, false, false]);
});
