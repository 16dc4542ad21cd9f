// What is kept of a request's body: everything up to the limit of a response; past it bytes are counted and dropped.
import { malformedRequest } from "../faults.ts";
import { maxResponseBytes } from "../runtime-port.ts";

export type GuestBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too-large" }
  /** The client ended its side inside the body. */
  | { readonly kind: "truncated" };

/** What a client may send in vain before its connection is closed. */
const longestSkippedBytes = 64 * 1024 * 1024;

export class KeptBody {
  #pieces: Buffer[] = [];
  #bytes = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > longestSkippedBytes) throw malformedRequest("The body has no end");
    if (this.#bytes > maxResponseBytes) {
      this.#pieces = [];
      return;
    }
    // Small pieces are copied together, so that drips do not cost an object each.
    const last = this.#pieces.at(-1);
    if (last !== undefined && this.#pieces.length > 256 && piece.length < 4096) {
      this.#pieces = [Buffer.concat([...this.#pieces, piece], this.#bytes)];
    } else {
      this.#pieces.push(piece);
    }
  }

  take(): GuestBody {
    if (this.#bytes > maxResponseBytes) return { kind: "too-large" };
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return { kind: "whole", bytes: first };
    return { kind: "whole", bytes: Buffer.concat(this.#pieces, this.#bytes) };
  }
}
