// Where a function's lines go. Files until CloudWatch Logs is here; the engine never waits for it.
import type { FunctionId } from "../functions/function-version.ts";

export interface LogStreamId {
  readonly function: FunctionId;
  /** `/aws/lambda/NAME` or the group of the function's LoggingConfig. */
  readonly group: string;
  /** `YYYY/MM/DD/[VERSION]32HEX`, one an environment. */
  readonly stream: string;
}

export interface LogEvent {
  /** Unix epoch milliseconds. */
  readonly timeMs: number;
  /** One message without its final newline. */
  readonly message: string;
}

export interface LogSink {
  /** Never throws and never blocks; keeps order within a stream. */
  append(stream: LogStreamId, events: readonly LogEvent[]): void;
  /** Resolves when everything appended before is readable. */
  flush(): Promise<void>;
}
