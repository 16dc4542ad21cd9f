// What Lambda itself tells of an environment, as typed events: what telemetry subscribers get, and what the platform's
// lines in a function's log are printed from.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
import type { InitializationType } from "../environment/environment-parts.ts";

/** `init`: before any invoke; `invoke`: repeated inside one, after a reset. */
export type InitPhase = "init" | "invoke";

/** How a phase ended. AWS's type of the error, where there was one. */
export type Outcome =
  | { readonly status: "success" | "timeout"; readonly errorType?: undefined }
  | { readonly status: "error"; readonly errorType: string };

export const success: Outcome = { status: "success" };

export interface Span {
  readonly name: "responseLatency" | "responseDuration" | "runtimeOverhead" | "extensionOverhead";
  /** RFC 3339, UTC, milliseconds. */
  readonly start: string;
  readonly durationMs: number;
}

export interface Tracing {
  readonly type: "X-Amzn-Trace-Id";
  readonly value: string;
}

interface Traced {
  readonly tracing?: Tracing | undefined;
}

interface InitRecord extends Traced {
  readonly initializationType: InitializationType;
  readonly phase: InitPhase;
}

export interface InitStartRecord extends InitRecord {
  /** `nodejs:24.v1`. */
  readonly runtimeVersion: string;
  readonly runtimeVersionArn: string;
  readonly functionName: string;
  readonly functionVersion: string;
  /** The name of the log stream, as recorded. */
  readonly instanceId: string;
  /** Bytes. */
  readonly instanceMaxMemory: number;
}

export interface StartRecord extends Traced {
  readonly requestId: string;
  readonly functionArn: string;
  readonly version: string;
}

export type RuntimeDoneRecord = Outcome & RuntimeDone;

interface RuntimeDone extends Traced {
  readonly requestId: string;
  readonly spans?: readonly Span[] | undefined;
  readonly metrics: { readonly durationMs: number; readonly producedBytes: number };
}

export type ReportRecord = Outcome & Report;

interface Report extends Traced {
  readonly requestId: string;
  readonly metrics: ReportMetrics | Pick<ReportMetrics, "durationMs">;
  readonly spans?: readonly Span[] | undefined;
}

/** Where an environment runs several invokes at once, only the first of them. */
interface ReportMetrics {
  readonly durationMs: number;
  readonly billedDurationMs: number;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB: number;
  /** Only for the first invoke after an init of its own. */
  readonly initDurationMs?: number | undefined;
}

export interface ExtensionRecord {
  readonly name: string;
  /** `Registered`, `Ready`, or what went wrong: `LaunchError`, … */
  readonly state: string;
  readonly events: readonly string[];
  readonly errorType?: string | undefined;
}

interface SubscriptionRecord {
  readonly name: string;
  readonly state: "Subscribed" | "Already subscribed";
  readonly types: readonly string[];
}

export interface LogsDroppedRecord {
  readonly reason: string;
  readonly droppedRecords: number;
  readonly droppedBytes: number;
}

export interface PlatformRecords {
  "platform.initStart": InitStartRecord;
  "platform.initRuntimeDone": InitRecord & Outcome;
  "platform.initReport": InitRecord & Outcome & { readonly metrics: { readonly durationMs: number } };
  "platform.start": StartRecord;
  "platform.runtimeDone": RuntimeDoneRecord;
  /** Of the text format and the old Logs API only. */
  "platform.end": { readonly requestId: string };
  "platform.report": ReportRecord;
  "platform.extension": ExtensionRecord;
  "platform.telemetrySubscription": SubscriptionRecord;
  "platform.logsSubscription": SubscriptionRecord;
  "platform.logsDropped": LogsDroppedRecord;
  /** What went wrong with an invoke, in words. Not of the Telemetry API. */
  "platform.fault": string;
}

export type PlatformType = keyof PlatformRecords;

/** One of them: `type` says which record it has. */
export type PlatformEvent = { [Type in PlatformType]: { readonly type: Type; readonly record: PlatformRecords[Type] } }[PlatformType];

/** AWS tells of a trace only when it is sampled. */
export const tracingOf = (trace: string | undefined): Tracing | undefined =>
  trace?.includes("Sampled=1") === true && /(?:^|;)Sampled=1(?:;|$)/.test(trace) ? { type: "X-Amzn-Trace-Id", value: trace } : undefined;

export const fault = (record: string): PlatformEvent => ({ type: "platform.fault", record });
