// Keeps the lines of functions as JSON lines, one file a log stream, and tells followers of them as they come.
import { appendFile, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock, Timer } from "../core/clock.ts";
import type { Logger } from "./logger.ts";
import type { LogEvent, LogSink, LogStreamId } from "./log-sink.ts";
import { WaitingBytes } from "./waiting-bytes.ts";

/** At this size, bytes, a stream's file moves aside, in place of the one that moved before. */
const rotateAtBytes = 16 * 1024 * 1024;

export interface LoggedEvent extends LogEvent {
  readonly stream: string;
}

/** Selects the group of one function; the group is the folder. */
export interface LogGroupId {
  readonly account: string;
  readonly region: string;
  readonly group: string;
}

export interface ReadRequest {
  readonly sinceMs: number;
  readonly limit: number;
  readonly isWanted?: (event: LoggedEvent) => boolean;
}

type Follower = (group: LogGroupId, events: readonly LoggedEvent[]) => void;

/** A stream's file. Streams are of one environment each: what this process has written is all there is. */
interface StreamFile {
  readonly path: string;
  /** Lines that wait, outside of V8's heap: there each would survive a collection or two. */
  readonly lines: WaitingBytes;
  /** Lines that were too many to wait for the disk. */
  lost: number;
  sizeBytes: number;
  writing: Promise<void> | undefined;
  timer: Timer | undefined;
}

/**
 * Lines wait this long for company, so that a busy environment costs a write now and then, not one an invoke: at 20 ms
 * eight busy ones took a tenth of the server's processor time. Followers and readers do not wait.
 */
const gatherMs = 100;

/** Events wait this long to be made into lines, unless somebody follows: many invokes of an environment at once cost less. */
const formatMs = 5;

/** What may wait for a disk that is slower than a function prints, of each stream, in bytes. */
const mostWaiting = 32 * 1024 * 1024;

/** Streams remembered; beyond, those that have nothing to write are forgotten. */
const mostStreams = 4096;

export class FileLogSink implements LogSink {
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #files = new Map<string, StreamFile>();
  readonly #followers = new Set<Follower>();
  #gathers: (() => void)[] = [];

  constructor(directory: string, { logger, clock }: { readonly logger: Logger; readonly clock: Clock }) {
    this.#directory = directory;
    this.#logger = logger;
    this.#clock = clock;
  }

  append(id: LogStreamId, events: readonly LogEvent[]): void {
    const file = this.#fileOf(id);
    for (const { timeMs, message } of events) {
      if (!file.lines.add(`{"timeMs":${timeMs},"message":${JSON.stringify(message)}}\n`)) file.lost += 1;
    }
    this.#writeSoon(file);
    if (this.#followers.size === 0) return;
    const logged = events.map((event) => ({ ...event, stream: id.stream }));
    for (const follower of this.#followers) follower(groupOf(id), logged);
  }

  soon(gather: () => void): void {
    if (this.#gathers.push(gather) > 1) return;
    if (this.#followers.size > 0) setImmediate(() => this.#gather());
    else this.#clock.after(formatMs, () => this.#gather());
  }

  async flush(): Promise<void> {
    this.#gather();
    await Promise.all(Array.from(this.#files.values(), (file) => this.#write(file)));
  }

  /** Events of a group from `sinceMs` on that are wanted, by time; the last `limit` of them. */
  async read(group: LogGroupId, { sinceMs, limit, isWanted = () => true }: ReadRequest): Promise<readonly LoggedEvent[]> {
    await this.flush();
    const folder = this.#groupFolder(group);
    const found: LoggedEvent[] = [];
    for (const name of await filesOf(folder)) {
      const stream = decodeURIComponent(name.replace(/\.jsonl(\.1)?$/, ""));
      for (const line of (await readFile(join(folder, name), "utf8")).split("\n")) {
        // A kill in the middle of a write leaves at most one torn line, the last.
        const event = parseEvent(line);
        if (event !== undefined && event.timeMs >= sinceMs && isWanted({ ...event, stream })) found.push({ ...event, stream });
      }
    }
    return limit === 0 ? [] : found.sort((a, b) => a.timeMs - b.timeMs).slice(-limit);
  }

  /** Calls back with everything appended from now on, until the returned function is called. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #gather(): void {
    const gathers = this.#gathers;
    this.#gathers = [];
    for (const gather of gathers) gather();
  }

  #fileOf(id: LogStreamId): StreamFile {
    // Account, region and group of an environment never change.
    const known = this.#files.get(id.stream);
    if (known !== undefined) return known;
    if (this.#files.size >= mostStreams) {
      for (const [stream, { lines, writing }] of this.#files) if (lines.count === 0 && writing === undefined) this.#files.delete(stream);
    }
    const path = join(this.#groupFolder(groupOf(id)), `${encodeURIComponent(id.stream)}.jsonl`);
    const file = { path, lines: new WaitingBytes(mostWaiting), lost: 0, sizeBytes: 0, writing: undefined, timer: undefined };
    this.#files.set(id.stream, file);
    return file;
  }

  #writeSoon(file: StreamFile): void {
    file.timer ??= this.#clock.after(gatherMs, () => void this.#write(file));
  }

  /** Resolves when all lines of now are in the file, or are given up. */
  async #write(file: StreamFile): Promise<void> {
    file.timer?.cancel();
    file.timer = undefined;
    await file.writing;
    if (file.lines.count === 0) return;
    file.writing ??= this.#writeLines(file).finally(() => (file.writing = undefined));
    await file.writing;
  }

  async #writeLines(file: StreamFile): Promise<void> {
    let count = 0;
    try {
      if (file.sizeBytes === 0) await mkdir(dirname(file.path), { recursive: true });
      while (file.lines.count > 0) {
        count = file.lines.count;
        const bytes = file.lines.take();
        await appendFile(file.path, bytes);
        file.sizeBytes += bytes.length;
        // Here, since a function that prints without end always has more lines.
        if (file.sizeBytes >= rotateAtBytes) await rotate(file);
      }
      if (file.lost > 0) this.#logger.error({ file: file.path, lost: file.lost }, "log-lines-dropped");
      file.lost = 0;
    } catch (error) {
      // Lines that cannot be written are not kept: a full disk must not fill the memory too.
      this.#logger.error({ file: file.path, lost: count + file.lines.count + file.lost, error: String(error) }, "log-write-failed");
      file.lines.take();
      file.lost = 0;
    }
  }

  #groupFolder({ account, region, group }: LogGroupId): string {
    // A group may be called `..`, and a folder may not.
    return join(this.#directory, account, region, encodeURIComponent(group).replaceAll(".", "%2E"));
  }
}

async function rotate(file: StreamFile): Promise<void> {
  await rename(file.path, `${file.path}.1`);
  file.sizeBytes = 0;
}

const groupOf = ({ function: { account, region }, group }: LogStreamId): LogGroupId => ({ account, region, group });

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.includes(".jsonl")).sort();
  } catch (error) {
    // Nothing was ever written to a name that is too long for a folder.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENAMETOOLONG")) return [];
    throw error;
  }
}

function parseEvent(line: string): LogEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("timeMs" in value) || !("message" in value)) return undefined;
    return typeof value.timeMs === "number" && typeof value.message === "string"
      ? { timeMs: value.timeMs, message: value.message }
      : undefined;
  } catch {
    return undefined;
  }
}
