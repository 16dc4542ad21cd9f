// LoggingConfig between what callers send and see and what is kept. An update changes the members that were sent.
import type { LoggingConfig } from "@aws-sdk/client-lambda";
import {
  applicationLogLevels,
  defaultLogGroup,
  logGroupOf,
  systemLogLevels,
  type LogFormatSetting,
  type LoggingConfiguration,
} from "../../../functions/logging.ts";
import type { FunctionConfiguration, FunctionId } from "../../../functions/function-version.ts";
import { levelsNeedJson } from "../faults/settings.ts";

/** Undefined: nothing but defaults. Throws when levels are asked of the text format. */
export function loggingAfter(
  id: FunctionId,
  current: LoggingConfiguration | undefined,
  input: LoggingConfig | undefined,
): LoggingConfiguration | undefined {
  if (input === undefined) return current;
  const format = formatAfter(current ?? { format: "Text" }, input);
  const group = input.LogGroup ?? current?.group ?? defaultLogGroup(id.name);
  const isDefaultGroup = group === defaultLogGroup(id.name);
  if (isDefaultGroup) return format.format === "Text" ? undefined : format;
  return { ...format, group };
}

/** JSON without levels means INFO; back to text drops them. */
function formatAfter(current: LogFormatSetting, { LogFormat, ApplicationLogLevel, SystemLogLevel }: LoggingConfig): LogFormatSetting {
  if ((LogFormat ?? current.format) === "Text") {
    if (ApplicationLogLevel !== undefined || SystemLogLevel !== undefined) throw levelsNeedJson();
    return { format: "Text" };
  }
  const before = current.format === "JSON" ? current : undefined;
  // Validation has let none but these through.
  const applicationLevel = applicationLogLevels.find((level) => level === ApplicationLogLevel) ?? before?.applicationLevel ?? "INFO";
  const systemLevel = systemLogLevels.find((level) => level === SystemLogLevel) ?? before?.systemLevel ?? "INFO";
  return { format: "JSON", applicationLevel, systemLevel };
}

export function loggingOutput(id: FunctionId, configuration: Pick<FunctionConfiguration, "logging">): LoggingConfig {
  const { logging } = configuration;
  const LogGroup = logGroupOf(id, configuration);
  if (logging?.format !== "JSON") return { LogFormat: "Text", LogGroup };
  return { LogFormat: "JSON", ApplicationLogLevel: logging.applicationLevel, SystemLogLevel: logging.systemLevel, LogGroup };
}
