// Keeps the lines of functions as JSON lines, one file a log stream, and tells followers of them as they come.
import { appendFile, mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "./logger.ts";
import type { LogEvent, LogSink, LogStreamId } from "./log-sink.ts";

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

type Follower = (group: LogGroupId, events: readonly LoggedEvent[]) => void;

interface PendingFile {
  lines: string[];
  writing: Promise<void> | undefined;
}

export class FileLogSink implements LogSink {
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #pending = new Map<string, PendingFile>();
  readonly #followers = new Set<Follower>();

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  append(id: LogStreamId, events: readonly LogEvent[]): void {
    const group = { account: id.function.account, region: id.function.region, group: id.group };
    const file = join(this.#groupFolder(group), `${encodeURIComponent(id.stream)}.jsonl`);
    let pending = this.#pending.get(file);
    if (pending === undefined) {
      pending = { lines: [], writing: undefined };
      this.#pending.set(file, pending);
    }
    for (const event of events) pending.lines.push(`${JSON.stringify(event)}\n`);
    pending.writing ??= this.#write(file, pending);
    if (this.#followers.size === 0) return;
    const logged = events.map((event) => ({ ...event, stream: id.stream }));
    for (const follower of this.#followers) follower(group, logged);
  }

  async flush(): Promise<void> {
    // A write that ends may have begun the next one of its stream.
    while (this.#pending.size > 0) await Promise.all([...this.#pending.values()].flatMap(({ writing }) => writing ?? []));
  }

  /** Events of a group from `sinceMs` on, by time; the last `limit` of them. */
  async read(group: LogGroupId, sinceMs: number, limit: number): Promise<readonly LoggedEvent[]> {
    await this.flush();
    const folder = this.#groupFolder(group);
    const found: LoggedEvent[] = [];
    for (const name of await filesOf(folder)) {
      const stream = decodeURIComponent(name.replace(/\.jsonl(\.1)?$/, ""));
      for (const line of (await readFile(join(folder, name), "utf8")).split("\n")) {
        // A kill in the middle of a write leaves at most one torn line, the last.
        const event = parseEvent(line);
        if (event !== undefined && event.timeMs >= sinceMs) found.push({ ...event, stream });
      }
    }
    return found.sort((a, b) => a.timeMs - b.timeMs).slice(-limit);
  }

  /** Calls back with everything appended from now on, until the returned function is called. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  async #write(file: string, pending: PendingFile): Promise<void> {
    // Yields once, so that the lines of one turn of the event loop leave in one write.
    await Promise.resolve();
    let lines: string[] = [];
    try {
      await mkdir(dirname(file), { recursive: true });
      while (pending.lines.length > 0) {
        lines = pending.lines;
        pending.lines = [];
        await appendFile(file, lines.join(""));
      }
      if ((await stat(file)).size >= rotateAtBytes) await rename(file, `${file}.1`);
    } catch (error) {
      // Lines that cannot be written are not kept: a full disk must not fill the memory too.
      this.#logger.error({ file, lost: lines.length + pending.lines.length, error: String(error) }, "log-write-failed");
      pending.lines = [];
    }
    pending.writing = undefined;
    // A line that came while the file was moved starts the next write; otherwise the stream is forgotten until then.
    if (pending.lines.length > 0) pending.writing = this.#write(file, pending);
    else this.#pending.delete(file);
  }

  #groupFolder({ account, region, group }: LogGroupId): string {
    return join(this.#directory, account, region, encodeURIComponent(group));
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.includes(".jsonl")).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
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
