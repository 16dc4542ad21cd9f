import { expect, test } from "vitest";
import { ManualClock } from "./clock.ts";
import { TokenBucket } from "./token-bucket.ts";

test("begins full, refills at its rate, holds no more than it can", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock);
  const takes = (times: number): number => Array.from({ length: times }, () => bucket.take(10, 5)).filter(Boolean).length;
  expect(takes(9)).toBe(5);
  clock.advance(99);
  expect(takes(1)).toBe(0);
  clock.advance(1);
  expect(takes(2)).toBe(1);
  clock.advance(60_000);
  expect(takes(9)).toBe(5);
});

test("goes by the measures of now", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock);
  expect(bucket.take(0, 0)).toBe(false);
  clock.advance(1000);
  expect([bucket.take(2, 2), bucket.take(2, 2), bucket.take(2, 2)]).toEqual([true, true, false]);
});
