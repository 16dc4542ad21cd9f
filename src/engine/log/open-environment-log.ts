// Opens the log of an environment as its function's LoggingConfig wants it.
import type { Clock } from "../../core/clock.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import { jsonLoggingOf, logGroupOf, logStreamName } from "../../functions/logging.ts";
import type { LogSink } from "../../observe/log-sink.ts";
import { EnvironmentLog } from "./environment-log.ts";
import { jsonFormat } from "./platform-envelopes.ts";
import { textFormat } from "./platform-lines.ts";

export function openEnvironmentLog(
  { logs, clock }: { readonly logs: LogSink; readonly clock: Clock },
  version: FunctionVersion,
  environmentId: string,
): EnvironmentLog {
  const { id, configuration } = version;
  const json = jsonLoggingOf(configuration);
  const stream = logStreamName(id, version, { day: new Date(clock.now()), environmentId });
  return new EnvironmentLog({
    sink: logs,
    stream: { function: id, group: logGroupOf(id, configuration), stream },
    clock,
    format: json === undefined ? textFormat : jsonFormat(json),
  });
}
