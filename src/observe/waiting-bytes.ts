// Lines that wait to be written, as one run of bytes.

/** What most environments say in the time that lines wait. */
const firstBytes = 4096;

export class WaitingBytes {
  readonly #mostBytes: number;
  #bytes = Buffer.alloc(0);
  #used = 0;
  #count = 0;
  /** How much was taken last: as much is likely to come again. */
  #usualBytes = firstBytes;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** How many lines wait. */
  get count(): number {
    return this.#count;
  }

  /** False: it is more than may wait. */
  add(text: string): boolean {
    // A UTF-16 unit has three bytes of UTF-8 at most.
    const neededBytes = this.#used + (text.length < firstBytes ? 3 * text.length : Buffer.byteLength(text));
    if (neededBytes > this.#bytes.length && !this.#grow(neededBytes)) return false;
    this.#used += this.#bytes.write(text, this.#used);
    this.#count += 1;
    return true;
  }

  /** All of it, which waits no more. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#usualBytes = Math.max(firstBytes, this.#used);
    this.#bytes = Buffer.alloc(0);
    this.#used = 0;
    this.#count = 0;
    return taken;
  }

  #grow(neededBytes: number): boolean {
    if (neededBytes > this.#mostBytes) return false;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#mostBytes, Math.max(neededBytes, 2 * this.#bytes.length, this.#usualBytes)));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
    return true;
  }
}
