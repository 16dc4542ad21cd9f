import { expect, test } from "vitest";
import type { LoggedEvent } from "../observe/file-log-sink.ts";
import { FollowedLines } from "./followed-lines.ts";

const event = (message: string): LoggedEvent => ({ timeMs: 1, stream: "s", message });
const next = async (lines: AsyncIterator<readonly LoggedEvent[]>): Promise<readonly string[]> =>
  ((await lines.next()).value as readonly LoggedEvent[]).map(({ message }) => message);

test("lines wait for their reader, in order, until it is closed", async () => {
  const lines = new FollowedLines();
  const reader = lines[Symbol.asyncIterator]();
  lines.push([event("a"), event("b")]);
  expect(await next(reader)).toEqual(["a", "b"]);
  const coming = next(reader);
  lines.push([event("c")]);
  expect(await coming).toEqual(["c"]);
  lines.close();
  expect((await reader.next()).done).toBe(true);
});

test("a reader that is too slow loses the oldest and hears how many; memory stays bounded", async () => {
  const lines = new FollowedLines();
  for (let count = 0; count < 300_000; count++) lines.push([event(String(count))]);
  const [told, ...rest] = await next(lines[Symbol.asyncIterator]());
  const lost = Number(/\d+/.exec(told ?? "")?.[0]);
  expect(rest.length + lost).toBe(300_000);
  expect(rest.length).toBeLessThanOrEqual(100_000);
  expect(rest.at(-1)).toBe("299999");
});

test("of lines that are too long together the last is kept", async () => {
  const lines = new FollowedLines();
  for (let count = 0; count < 100; count++) lines.push([event("x".repeat(256 * 1024))]);
  expect((await next(lines[Symbol.asyncIterator]())).length).toBeLessThan(20);
});
