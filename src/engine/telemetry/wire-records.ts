// Records of a log as one subscriber gets them: JSON, with the names that its API has for them.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
import type { LogRecord } from "../log/environment-log.ts";
import { parseObject } from "../log/line-level.ts";
import { envelope } from "../log/platform-envelopes.ts";
import type { PlatformEvent, PlatformType } from "../log/platform-events.ts";
import type { SubscriptionRequest, TelemetryType } from "../runtime-api/telemetry-port.ts";

/** Undefined: the subscriber does not get this one. */
export type WireRecord = (record: LogRecord) => string | undefined;

/** `isJson`: the function logs in JSON format, so that its lines may be objects. */
export function wireRecords({ api, schemaVersion, types }: SubscriptionRequest, isJson: boolean): WireRecord {
  const wanted = new Set<TelemetryType>(types);
  const platform = api === "telemetry" ? telemetryRecord : logsRecord(schemaVersion);
  // The first version of the schema knows text only.
  const readsObjects = isJson && api === "telemetry" && schemaVersion !== "2022-07-01";
  return (record) => {
    if (record.type === "function" || record.type === "extension") {
      if (!wanted.has(record.type)) return undefined;
      return envelope(record.timeMs, record.type, (readsObjects ? parseObject(record.record) : undefined) ?? record.record);
    }
    const shown = wanted.has("platform") ? platform(record) : undefined;
    return shown === undefined ? undefined : envelope(record.timeMs, record.type, shown);
  };
}

/** Of the old API and the text format only. */
const notOfTelemetry: ReadonlySet<PlatformType> = new Set(["platform.end", "platform.fault", "platform.logsSubscription"]);

const telemetryRecord = ({ type, record }: PlatformEvent): unknown => (notOfTelemetry.has(type) ? undefined : record);

/** Records of the Logs API have fewer members; `runtimeDone` came with its second version. */
const logsRecord =
  (schemaVersion: string) =>
  (event: PlatformEvent): unknown => {
    switch (event.type) {
      case "platform.start":
        return { requestId: event.record.requestId, version: event.record.version };
      case "platform.runtimeDone":
        return schemaVersion === "2020-08-15" ? undefined : { requestId: event.record.requestId, status: event.record.status };
      case "platform.report":
        return { requestId: event.record.requestId, metrics: event.record.metrics };
      case "platform.extension":
        return { name: event.record.name, state: event.record.state, events: event.record.events };
      case "platform.end":
      case "platform.fault":
      case "platform.logsSubscription":
      case "platform.logsDropped":
        return event.record;
      case "platform.initStart":
      case "platform.initRuntimeDone":
      case "platform.initReport":
      case "platform.telemetrySubscription":
        return undefined;
      default:
        return event satisfies never;
    }
  };
