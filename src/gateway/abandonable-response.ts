// A response that knows when its caller has gone.
import { ServerResponse } from "node:http";

export class AbandonableResponse extends ServerResponse {
  /** Made for the first who asks, since most requests end without anybody. */
  #abandonment: AbortController | undefined;
  #isAbandoned = false;

  /** Aborts when the connection closes before the response has been written to its end. */
  get abandoned(): AbortSignal {
    if (this.#abandonment === undefined) {
      this.#abandonment = new AbortController();
      if (this.#isAbandoned) this.#abandonment.abort();
    }
    return this.#abandonment.signal;
  }

  /** To be called when the response has closed. */
  settle(): void {
    if (this.writableFinished) return;
    this.#isAbandoned = true;
    this.#abandonment?.abort();
  }
}
