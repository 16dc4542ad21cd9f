// Who gets the body of a request while it is read. body-framing.ts finds its pieces, a taker says what becomes of them.
import type { Trailers } from "./body-reader.ts";

export interface BodyTaker {
  /** One piece as it came, in order. */
  take(piece: Buffer): void;
  /** The body is complete. */
  end(trailers: Trailers): void;
  /** No more comes: the client has gone, or what it sent is no body. Called at most once, instead of `end`. */
  cut(): void;
}
