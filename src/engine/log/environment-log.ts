// The log of one environment: what the platform tells and the function prints, in the order it came; the tail of the
// invoke in progress; and the ways to the sink and to telemetry subscribers, which are never on the path of a reply.
import type { Clock } from "../../core/clock.ts";
import type { ApplicationLogLevel } from "../../functions/logging.ts";
import type { LogEvent, LogSink, LogStreamId } from "../../observe/log-sink.ts";
import { Backlog } from "./backlog.ts";
import { eventMessages, isOneEvent } from "./event-size.ts";
import { LogTail } from "./log-tail.ts";
import { LineSplitter } from "./line-splitter.ts";
import { LogFrameReader } from "./log-frames.ts";
import type { PlatformEvent, PlatformType } from "./platform-events.ts";

/** A guest that claims an older time for what it writes now is not believed. */
const believedAgeMs = 60_000;

/** An event, or what makes it when there is time. */
type LazyEvent = PlatformEvent | (() => PlatformEvent);

/** What a log shows, and how. */
export interface LogFormat {
  /** Whether it may show any event of this type. */
  shows(type: PlatformType): boolean;
  /** One line without its newline; undefined: not shown. */
  line(event: PlatformEvent, timeMs: number): string | undefined;
  /** Whether it shows this line of the function. */
  admits(line: FunctionLine): boolean;
}

/** A line, or a framed message, of a process. */
export type PrintedLine = FunctionLine | { readonly type: "extension"; readonly record: string };

export interface FunctionLine {
  readonly type: "function";
  readonly record: string;
  /** As the guest says; undefined where it says nothing. */
  readonly level?: ApplicationLogLevel | undefined;
}

export type LogRecord = { readonly timeMs: number } & (PlatformEvent | PrintedLine);

/** Gets records in order, some at a time. */
export type LogSubscriber = (records: readonly LogRecord[]) => void;

export interface EnvironmentLogParts {
  readonly sink: LogSink;
  readonly stream: LogStreamId;
  readonly clock: Clock;
  readonly format: LogFormat;
}

interface Queued {
  readonly timeMs: number;
  readonly entry: PrintedLine | LazyEvent;
}

export class EnvironmentLog {
  readonly stream: LogStreamId;
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #format: LogFormat;
  readonly #splitter: LineSplitter;
  readonly #frames: LogFrameReader;
  readonly #subscribers = new Set<LogSubscriber>();
  /** What was flushed since `openBacklog`; undefined: nobody may ask for it. */
  #backlog: Backlog | undefined;
  #queued: Queued[] = [];
  readonly #tails = new Set<LogTail>();
  readonly #flushSoon = (): void => this.flush();

  constructor({ sink, stream, clock, format }: EnvironmentLogParts) {
    this.#sink = sink;
    this.stream = stream;
    this.#clock = clock;
    this.#format = format;
    this.#splitter = new LineSplitter((line) => this.#add({ type: "function", record: line }));
    this.#frames = new LogFrameReader({
      message: ({ text, level, timeMs }) => this.#add({ type: "function", record: text, level }, timeMs),
      unframed: (bytes) => this.print(bytes),
    });
  }

  /** What the function printed. */
  print(bytes: Buffer): void {
    this.#splitter.push(bytes);
  }

  /** What it wrote to the log descriptor. */
  printFrames(bytes: Buffer): void {
    this.#frames.push(bytes);
  }

  /** Takes what one extension prints. */
  extension(): LineSplitter {
    return new LineSplitter((line) => this.#add({ type: "extension", record: line }));
  }

  /** What the platform tells; it ends a line that the function has begun. */
  platform(event: LazyEvent): void {
    this.#splitter.flush();
    this.#add(event);
  }

  /** Hears of every record that is flushed from now on, shown in the log or not, until the returned function is called. */
  subscribe(subscriber: LogSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** The same, and of those since `openBacklog` at once. */
  subscribeFromBacklog(subscriber: LogSubscriber): () => void {
    const records = this.#backlog?.records ?? [];
    if (records.length > 0) subscriber(records);
    return this.subscribe(subscriber);
  }

  /** Keeps what comes for whoever subscribes late, until `closeBacklog`. */
  openBacklog(): void {
    this.#backlog = new Backlog();
  }

  closeBacklog(): void {
    this.#backlog = undefined;
  }

  /** Whether anybody would see events of this type: others need not be made. */
  wants(type: PlatformType): boolean {
    return this.#subscribers.size > 0 || this.#format.shows(type);
  }

  /** Takes every line from now on, platform lines included, until its end. */
  openTail(): LogTail {
    this.#splitter.flush();
    const tail = new LogTail((ended) => {
      this.#splitter.flush();
      this.#tails.delete(ended);
    });
    this.#tails.add(tail);
    return tail;
  }

  /** Hands what is queued to the sink and the subscribers now. */
  flush(): void {
    if (this.#queued.length === 0) return;
    const queued = this.#queued;
    this.#queued = [];
    const events: LogEvent[] = [];
    const records: LogRecord[] = [];
    const isFollowed = this.#subscribers.size > 0 || this.#backlog !== undefined;
    for (const { timeMs, entry } of queued) {
      const record = made(entry);
      const message = this.#messageOf(record, timeMs);
      if (message !== undefined && isOneEvent(message)) events.push({ timeMs, message });
      else if (message !== undefined) for (const piece of eventMessages(message)) events.push({ timeMs, message: piece });
      if (isFollowed) records.push({ timeMs, ...record });
    }
    if (events.length > 0) this.#sink.append(this.stream, events);
    for (const subscriber of this.#subscribers) subscriber(records);
    this.#backlog?.push(records);
  }

  /** Nothing comes after it. */
  close(): void {
    this.#frames.end();
    this.#splitter.flush();
    this.flush();
    this.#subscribers.clear();
  }

  /** `saidMs`: when the guest says that it was. */
  #add(entry: PrintedLine | LazyEvent, saidMs?: number): void {
    if (this.#queued.length === 0) this.#sink.soon(this.#flushSoon);
    const nowMs = this.#clock.now();
    const timeMs = saidMs !== undefined && saidMs <= nowMs && saidMs > nowMs - believedAgeMs ? saidMs : nowMs;
    if (this.#tails.size === 0) {
      this.#queued.push({ timeMs, entry });
      return;
    }
    const now = made(entry);
    this.#queued.push({ timeMs, entry: now });
    const text = this.#messageOf(now, timeMs);
    if (text !== undefined) for (const tail of this.#tails) tail.add(text);
  }

  #messageOf(record: PrintedLine | PlatformEvent, timeMs: number): string | undefined {
    if (record.type === "function") return this.#format.admits(record) ? record.record : undefined;
    return record.type === "extension" ? record.record : this.#format.line(record, timeMs);
  }
}

const made = (entry: PrintedLine | LazyEvent): PrintedLine | PlatformEvent => (typeof entry === "function" ? entry() : entry);
