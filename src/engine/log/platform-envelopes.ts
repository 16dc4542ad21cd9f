// Platform events as JSON: the envelope of the Telemetry API, which is also a platform line of a log in JSON format,
// and the level that a system log level filter measures them by.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
import { systemLogLevels, type JsonLogging, type SystemLogLevel } from "../../functions/logging.ts";
import type { LogFormat } from "./environment-log.ts";
import { reaches } from "./line-level.ts";
import type { PlatformEvent } from "./platform-events.ts";

const rank = (level: SystemLogLevel): number => systemLogLevels.indexOf(level);

/** Each kind of line from its level on. */
export const jsonFormat = ({ systemLevel, applicationLevel }: Omit<JsonLogging, "format">): LogFormat => ({
  shows: (type) => type !== "platform.end",
  line(event, timeMs) {
    const own = levelOf(event);
    return own === undefined || rank(own) < rank(systemLevel) ? undefined : envelope(timeMs, event.type, event.record);
  },
  admits: (line) => reaches(line, applicationLevel),
});

/** `record` may also be a line of the function. */
export const envelope = (timeMs: number, type: string, record: unknown): string =>
  JSON.stringify({ time: new Date(timeMs).toISOString(), type, record }, roundDurations);

/** AWS's table, but for faults, which it has no envelope for: what went wrong is not kept from who reads the log. */
export function levelOf(event: PlatformEvent): SystemLogLevel | undefined {
  switch (event.type) {
    case "platform.initStart":
    case "platform.start":
    case "platform.telemetrySubscription":
    case "platform.logsSubscription":
      return "INFO";
    case "platform.initRuntimeDone":
    case "platform.runtimeDone":
      return event.record.status === "success" ? "DEBUG" : "WARN";
    case "platform.initReport":
      if (event.record.status !== "success") return "WARN";
      return event.record.initializationType === "on-demand" ? "DEBUG" : "INFO";
    case "platform.report":
      return event.record.status === "success" ? "INFO" : "WARN";
    case "platform.extension":
      return event.record.errorType === undefined ? "INFO" : "WARN";
    case "platform.logsDropped":
    case "platform.fault":
      return "WARN";
    case "platform.end":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Microseconds, as recorded: `"durationMs":1072.145`. */
function roundDurations(name: string, value: unknown): unknown {
  return typeof value === "number" && name.endsWith("Ms") ? Math.round(value * 1000) / 1000 : value;
}
