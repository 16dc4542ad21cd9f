// A function's own lines in a log of JSON format: what they say about themselves, and which of them are kept.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
import { applicationLogLevels, type ApplicationLogLevel } from "../../functions/logging.ts";
import type { FunctionLine } from "./environment-log.ts";

const rank = (level: ApplicationLogLevel): number => applicationLogLevels.indexOf(level);

/** Whether a line is kept by a filter; lines of no known level count as INFO. */
export function reaches({ record, level }: FunctionLine, filter: ApplicationLogLevel): boolean {
  // Whatever it says, it is kept: no need to look.
  if (filter === "TRACE") return true;
  return rank(level ?? statedLevel(parseObject(record)) ?? "INFO") >= rank(filter);
}

/** The line as a JSON object, if it is one. */
export function parseObject(line: string): object | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return value instanceof Object ? value : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** A level counts only beside a valid timestamp. */
function statedLevel(line: object | undefined): ApplicationLogLevel | undefined {
  if (line === undefined || !("level" in line) || !("timestamp" in line)) return undefined;
  const { level, timestamp } = line;
  if (typeof level !== "string" || !isTime(timestamp)) return undefined;
  const name = level.toUpperCase();
  return pythonLevels.get(name) ?? applicationLogLevels.find((known) => known === name);
}

/** Names of Python's that are not Lambda's: its loggers write them. */
const pythonLevels: ReadonlyMap<string, ApplicationLogLevel> = new Map([
  ["WARNING", "WARN"],
  ["CRITICAL", "FATAL"],
]);

/** RFC 3339. */
const isTime = (value: unknown): boolean =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
