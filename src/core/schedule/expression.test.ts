import { expect, test } from "vitest";
import { isTimeZone, nextOccurrence, readScheduleExpression } from "./expression.ts";

/** The first `count` times after that. */
function occurrences(text: string, { after, zone = "UTC", count = 3, since = after }: { after: string; zone?: string; count?: number; since?: string }): string[] {
  const expression = readScheduleExpression(text);
  if (expression === undefined) throw new Error(`${text} is malformed`);
  const found: string[] = [];
  let afterMs: number | undefined = Date.parse(after);
  while (found.length < count) {
    afterMs = nextOccurrence(expression, { afterMs, sinceMs: Date.parse(since), zone });
    if (afterMs === undefined) break;
    found.push(new Date(afterMs).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

test.each([
  ["rate(1 minute)", ["2026-01-31T12:01Z", "2026-01-31T12:02Z", "2026-01-31T12:03Z"]],
  ["rate(2 hours)", ["2026-01-31T14:00Z", "2026-01-31T16:00Z", "2026-01-31T18:00Z"]],
  ["cron(0 10 * * ? *)", ["2026-02-01T10:00Z", "2026-02-02T10:00Z", "2026-02-03T10:00Z"]],
  ["cron(15 12 * * ? *)", ["2026-01-31T12:15Z", "2026-02-01T12:15Z", "2026-02-02T12:15Z"]],
  ["cron(0 18 ? * MON-FRI *)", ["2026-02-02T18:00Z", "2026-02-03T18:00Z", "2026-02-04T18:00Z"]],
  ["cron(0 18 ? * 2-6 *)", ["2026-02-02T18:00Z", "2026-02-03T18:00Z", "2026-02-04T18:00Z"]],
  ["cron(0 8 1 * ? *)", ["2026-02-01T08:00Z", "2026-03-01T08:00Z", "2026-04-01T08:00Z"]],
  ["cron(0/10 * ? * MON-FRI *)", ["2026-02-02T00:00Z", "2026-02-02T00:10Z", "2026-02-02T00:20Z"]],
  ["cron(0/30 20-2 ? * FRI-MON *)", ["2026-01-31T20:00Z", "2026-01-31T20:30Z", "2026-01-31T21:00Z"]],
  ["cron(0 0 L * ? *)", ["2026-02-28T00:00Z", "2026-03-31T00:00Z", "2026-04-30T00:00Z"]],
  ["cron(0 0 3W * ? *)", ["2026-02-03T00:00Z", "2026-03-03T00:00Z", "2026-04-03T00:00Z"]],
  ["cron(0 0 ? * 6L *)", ["2026-02-27T00:00Z", "2026-03-27T00:00Z", "2026-04-24T00:00Z"]],
  ["cron(0 0 ? * SAT#3 *)", ["2026-02-21T00:00Z", "2026-03-21T00:00Z", "2026-04-18T00:00Z"]],
  ["cron(0 0 ? * L *)", ["2026-02-07T00:00Z", "2026-02-14T00:00Z", "2026-02-21T00:00Z"]],
  ["cron(0 0 1 JAN,jul ? 2026-2027)", ["2026-07-01T00:00Z", "2027-01-01T00:00Z", "2027-07-01T00:00Z"]],
  ["cron(0 0 29 2 ? *)", ["2028-02-29T00:00Z", "2032-02-29T00:00Z", "2036-02-29T00:00Z"]],
  ["cron(0 0 31 4 ? *)", []],
  ["cron(0 0 1 1 ? 2020)", []],
  ["at(2026-02-01T10:00:00)", ["2026-02-01T10:00Z"]],
  ["at(2026-01-01T10:00:00)", []],
  // Of EventBridge Scheduler's own examples.
  ["cron(0-15/1 8-8 ? * 2,3 *)", ["2026-02-02T08:00Z", "2026-02-02T08:01Z", "2026-02-02T08:02Z"]],
  ["cron(*/15 * * * ? *)", ["2026-01-31T12:15Z", "2026-01-31T12:30Z", "2026-01-31T12:45Z"]],
  ["cron(0-59/10 0-23/2 ? * * *)", ["2026-01-31T12:10Z", "2026-01-31T12:20Z", "2026-01-31T12:30Z"]],
])("%s", (text, expected) => {
  expect(occurrences(text, { after: "2026-01-31T12:00:00Z" })).toEqual(expected);
});

test.each([
  "rate(1 minutes)", "rate(10 minute)", "rate( 10 minutes )", "rate(10)", "rate(0 minutes)", "rate(-1 minutes)", "rate(5 seconds)",
  "rate(1 year)", "Rate(1 minute)", " rate(1 minute)", "rate(1.5 hours)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(0 10 * * ?)",
  "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 0 32 * ? *)", "cron(0 0 ? 13 MON *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * MON#6 *)",
  "cron(0 0 * * ? 1969)", "cron(0 0 0W * ? *)", "cron(0/0 0 * * ? *)", "cron(a 0 * * ? *)", "cron()", "at(2026-02-30T00:00:00)",
  "at(2026-02-01)", "at(2026-02-01T00:00:00Z)", "every day", "",
])("%s is none", (text) => {
  expect(readScheduleExpression(text)).toBeUndefined();
});

test("a time in the gap that daylight saving makes is none", () => {
  expect(occurrences("cron(30 2 * * ? *)", { after: "2026-03-28T00:00:00Z", zone: "Europe/Berlin" })).toEqual([
    "2026-03-28T01:30Z",
    "2026-03-30T00:30Z",
    "2026-03-31T00:30Z",
  ]);
  expect(occurrences("at(2026-03-29T02:30:00)", { after: "2026-01-01T00:00:00Z", zone: "Europe/Berlin" })).toEqual([]);
});

test("a time that comes twice is one", () => {
  expect(occurrences("cron(30 2 * * ? *)", { after: "2026-10-24T12:00:00Z", zone: "Europe/Berlin", count: 2 })).toEqual([
    "2026-10-25T00:30Z",
    "2026-10-26T01:30Z",
  ]);
  expect(occurrences("cron(0/20 * * * ? *)", { after: "2026-10-25T00:39:00Z", zone: "Europe/Berlin" })).toEqual([
    "2026-10-25T00:40Z",
    "2026-10-25T02:00Z",
    "2026-10-25T02:20Z",
  ]);
});

test("periods of a rate go by elapsed time from where they began", () => {
  const since = "2026-03-28T12:00:00Z";
  expect(occurrences("rate(1 day)", { after: "2026-03-28T18:00:00Z", since, zone: "Europe/Berlin", count: 2 })).toEqual([
    "2026-03-29T12:00Z",
    "2026-03-30T12:00Z",
  ]);
  expect(occurrences("rate(1 day)", { after: "2026-03-01T00:00:00Z", since, count: 1 })).toEqual(["2026-03-28T12:00Z"]);
});

test.each([["UTC", true], ["Europe/Berlin", true], ["America/New_York", true], ["+02:00", false], ["Mars/Olympus", false], ["", false]])(
  "zone %s: %s",
  (zone, expected) => {
    expect(isTimeZone(zone)).toBe(expected);
  },
);
