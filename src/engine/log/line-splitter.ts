// Cuts what a function prints into lines, whatever pieces it arrives in.

import { longestMessageBytes } from "../../observe/log-sink.ts";

/** No event is longer; also bounds what a function that never ends its line makes us hold. */
export const longestLineBytes = longestMessageBytes;

const newline = 10;

export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      this.#take(bytes, start, end);
      this.flush(true);
      start = end + 1;
    }
    this.#take(bytes, start, bytes.length);
  }

  /** Ends a line that has begun; `always`: also an empty one. */
  flush(always = false): void {
    if (this.#heldBytes === 0 && !always) return;
    const [only] = this.#held;
    const whole = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    this.#onLine(whole.toString("utf8"));
  }

  #take(bytes: Buffer, from: number, to: number): void {
    let start = from;
    while (this.#heldBytes + (to - start) > longestLineBytes) {
      const cut = start + (longestLineBytes - this.#heldBytes);
      this.#hold(bytes.subarray(start, cut));
      this.flush(true);
      start = cut;
    }
    if (to > start) this.#hold(bytes.subarray(start, to));
  }

  #hold(piece: Buffer): void {
    // A function that prints byte by byte must not cost an object each.
    const last = this.#held.at(-1);
    if (last !== undefined && piece.length < 256 && this.#held.length > 64) {
      this.#held = [Buffer.concat([...this.#held, piece], this.#heldBytes + piece.length)];
    } else {
      this.#held.push(piece);
    }
    this.#heldBytes += piece.length;
  }
}
