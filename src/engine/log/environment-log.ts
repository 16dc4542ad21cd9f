// The log of one environment: lines of the platform and of the function in the order they came, the tail of the
// invoke in progress, and the way to the sink, which is never on the path of a reply.
import type { Clock } from "../../core/clock.ts";
import type { LogEvent, LogSink, LogStreamId } from "../../observe/log-sink.ts";
import { LineSplitter } from "./line-splitter.ts";

/** What `LogType=Tail` returns at most. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const tailBytes = 4096;

/** A line, or what makes it when there is time. */
type Line = string | (() => string);

export class EnvironmentLog {
  readonly stream: LogStreamId;
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #splitter: LineSplitter;
  #queued: { timeMs: number; line: Line }[] = [];
  #tail: string[] | undefined;
  #tailLength = 0;

  constructor(sink: LogSink, stream: LogStreamId, clock: Clock) {
    this.#sink = sink;
    this.stream = stream;
    this.#clock = clock;
    this.#splitter = new LineSplitter((line) => this.#add(line));
  }

  /** What the function printed. */
  print(bytes: Buffer): void {
    this.#splitter.push(bytes);
  }

  /** A line of the platform; it ends a line that the function has begun. */
  platform(line: Line): void {
    this.#splitter.flush();
    this.#add(line);
  }

  beginTail(): void {
    this.#splitter.flush();
    this.#tail = [];
    this.#tailLength = 0;
  }

  /** The last bytes since `beginTail`, platform lines included. */
  endTail(): Buffer {
    this.#splitter.flush();
    const text = Buffer.from(this.#tail?.join("") ?? "", "utf8");
    this.#tail = undefined;
    return text.subarray(Math.max(0, text.length - tailBytes));
  }

  /** Hands what is queued to the sink now. */
  flush(): void {
    if (this.#queued.length === 0) return;
    const events = this.#queued.map(({ timeMs, line }): LogEvent => ({ timeMs, message: render(line) }));
    this.#queued = [];
    this.#sink.append(this.stream, events);
  }

  /** Nothing comes after it. */
  close(): void {
    this.#splitter.flush();
    this.flush();
  }

  #add(line: Line): void {
    if (this.#queued.length === 0) setImmediate(() => this.flush());
    if (this.#tail === undefined) {
      this.#queued.push({ timeMs: this.#clock.now(), line });
      return;
    }
    const text = render(line);
    this.#queued.push({ timeMs: this.#clock.now(), line: text });
    this.#tail.push(`${text}\n`);
    this.#tailLength += text.length + 1;
    // A character is at least a byte: what is cut here can never be among the last bytes.
    if (this.#tailLength > 16 * tailBytes) this.#trimTail(this.#tail);
  }

  #trimTail(tail: string[]): void {
    while (tail.length > 1 && this.#tailLength - (tail[0]?.length ?? 0) >= tailBytes) {
      this.#tailLength -= tail.shift()?.length ?? 0;
    }
  }
}

const render = (line: Line): string => (typeof line === "string" ? line : line());
