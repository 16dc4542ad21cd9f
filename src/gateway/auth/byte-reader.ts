// Reads lines and counted bytes out of a stream that is cut anywhere.

/** Never holds more than what was asked for and one chunk of the source. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Text up to CRLF, without it; undefined when there is none within `limitBytes` or before the end. */
  async line(limitBytes: number): Promise<string | undefined> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end > limitBytes || (end < 0 && this.#held.byteLength > limitBytes + 1)) return undefined;
      if (end >= 0) {
        const text = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return text;
      }
      if (!(await this.#pull())) return undefined;
    }
  }

  /** One to `limitBytes` bytes; undefined at the end. */
  async some(limitBytes: number): Promise<Buffer | undefined> {
    while (this.#held.byteLength === 0) {
      if (!(await this.#pull())) return undefined;
    }
    const taken = this.#held.subarray(0, limitBytes);
    this.#held = this.#held.subarray(taken.byteLength);
    return taken;
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#held.byteLength === 0) {
      if (!(await this.#pull())) return true;
    }
    return false;
  }

  /** Tells the source that nobody reads on. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #pull(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done === true) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#held = this.#held.byteLength === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }
}
