// A response that knows when its caller has gone.
import { ServerResponse } from "node:http";

export class AbandonableResponse extends ServerResponse {
  readonly #abandonment = new AbortController();

  /** Aborts when the connection closes before the response has been written to its end. */
  get abandoned(): AbortSignal {
    return this.#abandonment.signal;
  }

  /** To be called when the response has closed. */
  settle(): void {
    if (!this.writableFinished) this.#abandonment.abort();
  }
}
