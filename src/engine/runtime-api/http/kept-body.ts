// Keeps a request's body up to a limit for a route that runs once it is complete; past it bytes are counted and dropped.
import { Pieces } from "../../../core/pieces.ts";
import { malformedRequest } from "../faults.ts";
import type { BodyTaker } from "./body-taker.ts";

/** Why a body is not there as a whole. */
export type SpoiltBody = "too-large" | "truncated";

/** What a client may send in vain before its connection is closed. */
const longestSkippedBytes = 64 * 1024 * 1024;

export class KeptBody implements BodyTaker {
  readonly #mostBytes: number;
  readonly #onBody: (body: Uint8Array | SpoiltBody) => void;
  #pieces = new Pieces();
  /** Of a body over the limit. */
  #skippedBytes = 0;

  constructor(mostBytes: number, onBody: (body: Uint8Array | SpoiltBody) => void) {
    this.#mostBytes = mostBytes;
    this.#onBody = onBody;
  }

  take(piece: Buffer): void {
    if (this.#skippedBytes === 0 && this.#pieces.bytes + piece.length <= this.#mostBytes) {
      this.#pieces.add(piece);
      return;
    }
    this.#pieces = new Pieces();
    this.#skippedBytes += piece.length;
    if (this.#skippedBytes > longestSkippedBytes) throw malformedRequest("The body has no end");
  }

  end(): void {
    this.#onBody(this.#skippedBytes > 0 ? "too-large" : this.#pieces.whole());
  }

  cut(): void {
    this.#onBody("truncated");
  }
}

/** Of a request that is answered already. */
export const skippedBody = (): BodyTaker => new KeptBody(0, () => {});
