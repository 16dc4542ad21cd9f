// Platform events as the lines of a log in text format. Fields are separated by tabs.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
import type { LogFormat } from "./environment-log.ts";
import type { ExtensionRecord, Outcome, PlatformEvent, PlatformRecords, ReportRecord, Tracing } from "./platform-events.ts";

export const textFormat: LogFormat = {
  shows: (type) => type !== "platform.initRuntimeDone" && type !== "platform.runtimeDone",
  line: textLine,
  admits: () => true,
};

function textLine(event: PlatformEvent): string | undefined {
  switch (event.type) {
    case "platform.initStart":
      return initStartLine(event.record);
    case "platform.initReport":
      return initReportLine(event.record);
    case "platform.start":
      return `START RequestId: ${event.record.requestId} Version: ${event.record.version}`;
    case "platform.end":
      return `END RequestId: ${event.record.requestId}`;
    case "platform.report":
      return reportLine(event.record);
    case "platform.extension":
      return extensionLine(event.record);
    case "platform.telemetrySubscription":
      return subscriptionLine("TELEMETRY", event.record);
    case "platform.logsSubscription":
      return subscriptionLine("LOGS", event.record);
    case "platform.logsDropped":
      return `LOGS_DROPPED\tReason: ${event.record.reason}\tDropped Records: ${event.record.droppedRecords}\tDropped Bytes: ${event.record.droppedBytes}`;
    case "platform.fault":
      return event.record;
    case "platform.initRuntimeDone":
    case "platform.runtimeDone":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** An init that is repeated inside an invoke has no line of its own. */
const initStartLine = ({ phase, runtimeVersion, runtimeVersionArn }: PlatformRecords["platform.initStart"]): string | undefined =>
  phase === "invoke" ? undefined : `INIT_START Runtime Version: ${runtimeVersion}\tRuntime Version ARN: ${runtimeVersionArn}`;

/** On demand only what is not the normal course has a line of its own: the first REPORT tells the rest. */
function initReportLine(record: PlatformRecords["platform.initReport"]): string | undefined {
  if (record.status === "success" && record.initializationType === "on-demand") return undefined;
  return `INIT_REPORT Init Duration: ${record.metrics.durationMs.toFixed(2)} ms\tPhase: ${record.phase}\t${outcomeFields(record, "")}`;
}

/** Ends in a tab, as AWS's does. Of a sampled trace it has a second line: still one event of the log. */
const reportLine = (record: ReportRecord): string => `${reportFields(record)}${traceLine(record.tracing)}`;

/** The segment that the function sees as its parent. */
function traceLine(tracing: Tracing | undefined): string {
  if (tracing === undefined) return "";
  const [trace = "", segment] = ["Root", "Parent"].map((field) => new RegExp(`(?:^|;)${field}=([^;]*)`).exec(tracing.value)?.[1]);
  return `\nXRAY TraceId: ${trace}\t${segment === undefined ? "" : `SegmentId: ${segment}\t`}Sampled: true\t`;
}

function reportFields(record: ReportRecord): string {
  if (!("billedDurationMs" in record.metrics)) return `REPORT RequestId: ${record.requestId}\tDuration: ${record.metrics.durationMs.toFixed(2)} ms\t`;
  const { durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB, initDurationMs } = record.metrics;
  const init = initDurationMs === undefined ? "" : `Init Duration: ${initDurationMs.toFixed(2)} ms\t`;
  return (
    `REPORT RequestId: ${record.requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedDurationMs} ms\t` +
    `Memory Size: ${memorySizeMB} MB\tMax Memory Used: ${maxMemoryUsedMB} MB\t${init}${outcomeFields(record, "\t")}`
  );
}

function outcomeFields({ status, errorType }: Outcome, end: string): string {
  if (status === "success") return "";
  return errorType === undefined ? `Status: ${status}${end}` : `Status: ${status}\tError Type: ${errorType}${end}`;
}

function extensionLine({ name, state, events, errorType }: ExtensionRecord): string {
  const error = errorType === undefined ? "" : `\tError Type: ${field(errorType)}`;
  return `EXTENSION\tName: ${field(name)}\tState: ${state}\tEvents: [${events.join(", ")}]${error}`;
}

/** Types as AWS prints them: `[Platform, Function]`. */
function subscriptionLine(kind: "TELEMETRY" | "LOGS", { name, state, types }: PlatformRecords["platform.telemetrySubscription"]): string {
  const shown = types.map((type) => type.charAt(0).toUpperCase() + type.slice(1));
  return `${kind}\tName: ${field(name)}\tState: ${state}\tTypes: [${shown.join(", ")}]`;
}

/** INVARIANT: what an extension calls itself or its error begins no new line or field. A file's name may hold any character. */
const field = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ");
