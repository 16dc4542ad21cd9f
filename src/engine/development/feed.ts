// What happens while somebody listens: written at any time, read in order, over when the reader goes.

export class Feed<Event> implements AsyncIterable<Event> {
  readonly #events: Event[] = [];
  #news = Promise.withResolvers<void>();
  #isClosed = false;

  push(event: Event): void {
    if (this.#isClosed) return;
    this.#events.push(event);
    this.#news.resolve();
  }

  /** What was pushed before is still read. */
  close(): void {
    this.#isClosed = true;
    this.#news.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event> {
    for (;;) {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) yield event;
      if (this.#isClosed) return;
      this.#news = Promise.withResolvers();
      await this.#news.promise;
    }
  }
}
