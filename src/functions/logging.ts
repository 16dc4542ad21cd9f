// How a function logs: its LoggingConfig as kept, and what follows from it where nothing was set.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
import type { FunctionConfiguration, FunctionId } from "./function-version.ts";

/** Ascending, also in what a function's own lines may have. */
export const applicationLogLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
export const systemLogLevels = ["DEBUG", "INFO", "WARN"] as const;

export type ApplicationLogLevel = (typeof applicationLogLevels)[number];
export type SystemLogLevel = (typeof systemLogLevels)[number];

export interface JsonLogging {
  readonly format: "JSON";
  readonly applicationLevel: ApplicationLogLevel;
  readonly systemLevel: SystemLogLevel;
}

export type LogFormatSetting = { readonly format: "Text" } | JsonLogging;

/** Left out of a configuration: text lines to the default group. */
export type LoggingConfiguration = LogFormatSetting & {
  /** Left out: the default group. */
  readonly group?: string;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html */
export const defaultLogGroup = (functionName: string): string => `/aws/lambda/${functionName}`;

export const logGroupOf = ({ name }: FunctionId, { logging }: Pick<FunctionConfiguration, "logging">): string =>
  logging?.group ?? defaultLogGroup(name);

/** How it logs in JSON; undefined: it logs text. Lines of invokes that run at once mix, so that these always log JSON. */
export function jsonLoggingOf({ logging, environmentConcurrency }: Pick<FunctionConfiguration, "logging" | "environmentConcurrency">): JsonLogging | undefined {
  if (logging?.format === "JSON") return logging;
  return environmentConcurrency === undefined ? undefined : { format: "JSON", applicationLevel: "INFO", systemLevel: "INFO" };
}

/** One environment's: YYYY/MM/DD/[VERSION]ID, with the name of the function in a group that it may share. */
export function logStreamName(id: FunctionId, { version, configuration }: StreamOwner, { day, environmentId }: StreamMoment): string {
  const owner = configuration.logging?.group === undefined ? "" : id.name;
  return `${day.toISOString().slice(0, 10).replaceAll("-", "/")}/${owner}[${version}]${environmentId}`;
}

interface StreamOwner {
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly configuration: Pick<FunctionConfiguration, "logging">;
}

interface StreamMoment {
  readonly day: Date;
  /** 32 hex digits. */
  readonly environmentId: string;
}

/** Whether a stream of a shared group is this function's. */
export const isStreamOf = (functionName: string, stream: string): boolean => stream.slice("YYYY/MM/DD/".length).startsWith(`${functionName}[`);
