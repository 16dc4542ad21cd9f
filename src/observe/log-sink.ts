// Where a function's lines go: the port of CloudWatch Logs. Files until that service is here; the engine never waits for it.
// Groups and streams are made by the first event. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
import type { FunctionId } from "../functions/function-version.ts";

export interface LogStreamId {
  readonly function: FunctionId;
  /** `/aws/lambda/NAME` or the group of the function's LoggingConfig. */
  readonly group: string;
  /** `YYYY/MM/DD/[VERSION]32HEX`, one an environment; unique also among all groups. */
  readonly stream: string;
}

export interface LogEvent {
  /** Unix epoch milliseconds. */
  readonly timeMs: number;
  /** One message without its final newline; at most `longestMessageBytes` in UTF-8. */
  readonly message: string;
}

/** An event has 256 KB, 26 bytes of which count for what is not its message. */
export const longestMessageBytes = 256 * 1024 - 26;

export interface LogSink {
  /**
   * Never throws and never blocks; keeps order within a stream. Times may go back a little: a framed message has the time
   * at which it was written, other lines that at which they were read.
   */
  append(stream: LogStreamId, events: readonly LogEvent[]): void;
  /** Calls once, soon: whoever has events gathers them until then, and appends them. Before anything that is read or flushed. */
  soon(gather: () => void): void;
  /** Resolves when everything appended before is readable. */
  flush(): Promise<void>;
}
