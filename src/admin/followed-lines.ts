// The lines that wait for somebody who follows a log. A reader that is too slow loses the oldest of them, and is told.
import type { LoggedEvent } from "../observe/file-log-sink.ts";

/** Of messages, in UTF-16 units. */
const mostWaiting = 4 * 1024 * 1024;
const mostLines = 100_000;

export class FollowedLines implements AsyncIterable<readonly LoggedEvent[]> {
  #waiting: LoggedEvent[] = [];
  #length = 0;
  #lost = 0;
  #isClosed = false;
  #news = Promise.withResolvers<void>();

  push(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      this.#waiting.push(event);
      this.#length += event.message.length;
    }
    if (this.#length > mostWaiting || this.#waiting.length > mostLines) this.#shorten();
    if (events.length > 0) this.#news.resolve();
  }

  /** Leaves out of what waits now what the reader has otherwise. */
  keep(isWanted: (event: LoggedEvent) => boolean): void {
    this.#waiting = this.#waiting.filter(isWanted);
    this.#length = this.#waiting.reduce((length, { message }) => length + message.length, 0);
  }

  close(): void {
    this.#isClosed = true;
    this.#news.resolve();
  }

  /** What has come since the last time, whenever there is something; until `close`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly LoggedEvent[]> {
    while (!this.#isClosed) {
      if (this.#waiting.length === 0) {
        this.#news = Promise.withResolvers();
        await this.#news.promise;
      }
      yield this.#take();
    }
  }

  #take(): readonly LoggedEvent[] {
    const [events, lost] = [this.#waiting, this.#lost];
    this.#waiting = [];
    this.#length = 0;
    this.#lost = 0;
    const [first] = events;
    if (lost === 0 || first === undefined) return events;
    return [{ timeMs: first.timeMs, stream: "", message: `[lambent: ${lost} lines left out, they came faster than they were read]` }, ...events];
  }

  /** To half, so that it costs little a line. */
  #shorten(): void {
    let [at, length] = [0, this.#length];
    while (at < this.#waiting.length - 1 && (length > mostWaiting / 2 || this.#waiting.length - at > mostLines / 2)) {
      length -= this.#waiting[at]?.message.length ?? 0;
      at += 1;
    }
    this.#waiting.splice(0, at);
    this.#length = length;
    this.#lost += at;
  }
}
