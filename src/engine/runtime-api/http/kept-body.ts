// Keeps a request's body up to a limit for a route that runs once it is complete; past it bytes are counted and dropped.
import { malformedRequest } from "../faults.ts";
import type { BodyTaker } from "./body-taker.ts";

/** Why a body is not there as a whole. */
export type SpoiltBody = "too-large" | "truncated";

/** What a client may send in vain before its connection is closed. */
const longestSkippedBytes = 64 * 1024 * 1024;

const nothing = Buffer.alloc(0);

export class KeptBody implements BodyTaker {
  readonly #mostBytes: number;
  readonly #onBody: (body: Buffer | SpoiltBody) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(mostBytes: number, onBody: (body: Buffer | SpoiltBody) => void) {
    this.#mostBytes = mostBytes;
    this.#onBody = onBody;
  }

  take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#mostBytes) {
      this.#pieces = [];
      if (this.#bytes > longestSkippedBytes) throw malformedRequest("The body has no end");
      return;
    }
    // Small pieces are copied together, so that drips do not cost an object each.
    if (this.#pieces.length > 256 && piece.length < 4096) {
      this.#pieces = [Buffer.concat([...this.#pieces, piece], this.#bytes)];
    } else {
      this.#pieces.push(piece);
    }
  }

  end(): void {
    this.#onBody(this.#bytes > this.#mostBytes ? "too-large" : this.#whole());
  }

  cut(): void {
    this.#onBody("truncated");
  }

  #whole(): Buffer {
    const [first = nothing] = this.#pieces;
    return this.#pieces.length > 1 ? Buffer.concat(this.#pieces, this.#bytes) : first;
  }
}

/** Of a request that is answered already. */
export const skippedBody = (): BodyTaker => new KeptBody(0, () => {});
