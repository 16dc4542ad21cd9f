// When something is to happen: rate(), cron() and at(), as EventBridge's rules and EventBridge Scheduler write them.
// The grammar is AWS's; the calendar is croner's.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { Cron } from "croner";

export type ScheduleExpression =
  | { readonly kind: "rate"; readonly periodMs: number }
  | { readonly kind: "cron"; readonly pattern: string }
  /** `local`: ISO 8601 without a zone. */
  | { readonly kind: "at"; readonly local: string };

/** Undefined: malformed. */
export function readScheduleExpression(text: string): ScheduleExpression | undefined {
  const [, kind, inside = ""] = /^(rate|cron|at)\((.*)\)$/s.exec(text) ?? [];
  if (kind === "rate") return readRate(inside);
  if (kind === "cron") return readCron(inside);
  return kind === "at" ? readAt(inside) : undefined;
}

/** First time after `afterMs` in the zone (IANA); undefined: none any more. `sinceMs`: where periods of a rate begin. */
export function nextOccurrence(
  expression: ScheduleExpression,
  { afterMs, sinceMs, zone }: { readonly afterMs: number; readonly sinceMs: number; readonly zone: string },
): number | undefined {
  switch (expression.kind) {
    case "rate": {
      if (afterMs < sinceMs) return sinceMs;
      return sinceMs + (Math.floor((afterMs - sinceMs) / expression.periodMs) + 1) * expression.periodMs;
    }
    case "cron":
      return nextOfCron(expression.pattern, afterMs, zone);
    case "at": {
      const atMs = instantOf(expression.local, zone);
      return atMs !== undefined && atMs > afterMs ? atMs : undefined;
    }
  }
  return expression satisfies never;
}

export function isTimeZone(zone: string): boolean {
  try {
    // Offsets such as +02:00 are zones here, and none for AWS.
    return !/^[+-]/.test(Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId);
  } catch {
    return false;
  }
}

const units: ReadonlyMap<string, number> = new Map([
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

function readRate(inside: string): ScheduleExpression | undefined {
  const [, count = "", unit = "", plural = ""] = /^(\d{1,9}) (minute|hour|day)(s?)$/.exec(inside) ?? [];
  const [number, unitMs] = [Number(count), units.get(unit)];
  if (unitMs === undefined || number < 1 || (number === 1) !== (plural === "")) return undefined;
  return { kind: "rate", periodMs: number * unitMs };
}

function readAt(local: string): ScheduleExpression | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(local) || !isLocalTime(local)) return undefined;
  return { kind: "at", local };
}

function isLocalTime(local: string): boolean {
  try {
    return Temporal.PlainDateTime.from(local, { overflow: "reject" }).toString() === local;
  } catch {
    return false;
  }
}

interface Field {
  readonly least: number;
  readonly most: number;
  /** For the number at `least` on. */
  readonly names?: readonly string[];
}

const minute: Field = { least: 0, most: 59 };
const hour: Field = { least: 0, most: 23 };
const dayOfMonth: Field = { least: 1, most: 31 };
const month: Field = { least: 1, most: 12, names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] };
const dayOfWeek: Field = { least: 1, most: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const year: Field = { least: 1970, most: 2199 };

function readCron(inside: string): ScheduleExpression | undefined {
  const fields = inside.split(/\s+/);
  const [minutes = "", hours = "", days = "", months = "", weekdays = "", years = ""] = fields;
  // One of the two days must say that it says nothing.
  if (fields.length !== 6 || (days === "?") === (weekdays === "?")) return undefined;
  const parts = [
    readField(minutes, minute),
    readField(hours, hour),
    days === "?" ? "*" : readField(days, dayOfMonth, readDay),
    readField(months, month),
    weekdays === "?" ? "*" : readField(weekdays, dayOfWeek, readWeekday),
    readField(years, year),
  ];
  return parts.includes(undefined) ? undefined : { kind: "cron", pattern: ["0", ...parts].join(" ") };
}

/** What only days have; undefined: it is nothing of that kind. */
type ReadSpecial = (item: string) => string | undefined;

/** As croner writes it; undefined: malformed. */
function readField(text: string, field: Field, special: ReadSpecial = () => undefined): string | undefined {
  if (text === "*") return "*";
  const items = text.split(",").map((item) => special(item) ?? readItem(item, field));
  return items.includes(undefined) ? undefined : items.join(",");
}

const readDay: ReadSpecial = (item) => {
  if (item === "L" || item === "LW") return item;
  const [, day = ""] = /^(\d{1,2})W$/.exec(item) ?? [];
  return numberOf(day, dayOfMonth) === undefined ? undefined : item;
};

const readWeekday: ReadSpecial = (item) => {
  // The last day of the week, Saturday.
  if (item === "L") return "7";
  const [, day = "", nth] = /^(\w{1,3}?)(?:L|#([1-5]))$/.exec(item) ?? [];
  const number = numberOf(day, dayOfWeek);
  return number === undefined ? undefined : `${number}#${nth ?? "L"}`;
};

/** `5`, `MON-FRI`, every 15th (`*` and a step), `0/10`, `8-17/2`. */
function readItem(item: string, field: Field): string | undefined {
  const [, from = "", to, step] = /^(\*|\w{1,4})(?:-(\w{1,4}))?(?:\/(\d{1,4}))?$/.exec(item) ?? [];
  const [first, last] = from === "*" ? [field.least, field.most] : [numberOf(from, field), to === undefined ? undefined : numberOf(to, field)];
  if (first === undefined || (to !== undefined && (last === undefined || from === "*"))) return undefined;
  if (step === undefined) return last === undefined ? `${first}` : numbers(first, last, { step: 1, field });
  const every = Number(step);
  return every < 1 ? undefined : numbers(first, last ?? field.most, { step: every, field });
}

/** A range whose end comes before its beginning goes round: FRI-MON. */
function numbers(first: number, last: number, { step, field }: { readonly step: number; readonly field: Field }): string {
  const count = field.most - field.least + 1;
  const length = last >= first ? last - first : last + count - first;
  const all = Array.from({ length: Math.floor(length / step) + 1 }, (_, place) => ((first - field.least + place * step) % count) + field.least);
  return all.toSorted((a, b) => a - b).join(",");
}

function numberOf(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const number = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/** Times in the gap that daylight saving makes are none, those that come twice are one: AWS's rule, not croner's. */
function nextOfCron(pattern: string, afterMs: number, zone: string): number | undefined {
  // The calendar is asked in a zone without such days, for wall-clock times.
  const calendar = new Cron(pattern, { paused: true, mode: "7-part", alternativeWeekdays: true, timezone: "UTC" });
  let wall: Date | null = new Date(wallClockMs(afterMs, zone));
  for (;;) {
    wall = calendar.nextRun(wall);
    if (wall === null) return undefined;
    const atMs = instantOf(wall.toISOString().slice(0, 19), zone);
    // In the hour that comes twice, wall-clock times behind `afterMs` may lie before it.
    if (atMs !== undefined && atMs > afterMs) return atMs;
  }
}

/** What clocks in the zone show, as if it were UTC. */
const wallClockMs = (ms: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toZonedDateTime("UTC").epochMilliseconds;

/** Undefined: clocks in the zone never show it. Of two instants the earlier. */
function instantOf(local: string, zone: string): number | undefined {
  const wanted = Temporal.PlainDateTime.from(local);
  const found = wanted.toZonedDateTime(zone, { disambiguation: "earlier" });
  return found.toPlainDateTime().equals(wanted) ? found.epochMilliseconds : undefined;
}
