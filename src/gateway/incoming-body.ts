// The body of a node:http request, pulled: nothing is read, and a client that asked first is not told to send, until
// somebody wants it. node's own iterator costs several times as much a request.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { bodyCutOff, bodyStalled } from "./faults.ts";

export interface IncomingBodyOptions {
  readonly clock: Clock;
  /** Longest silence between two pieces. */
  readonly idleMs: number;
  /** Sent an `Expect: 100-continue` and waits. */
  readonly expectsContinue: boolean;
}

export class IncomingBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #idleMs: number;
  #owesContinue: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, options: IncomingBodyOptions) {
    this.#request = request;
    this.#response = response;
    this.#clock = options.clock;
    this.#idleMs = options.idleMs;
    this.#owesContinue = options.expectsContinue;
  }

  /** The client still waits for leave to send: after an answer it will never send this body. */
  get owesContinue(): boolean {
    return this.#owesContinue;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#owesContinue) {
      this.#owesContinue = false;
      this.#response.writeContinue();
    }
    for (;;) {
      const chunk: unknown = this.#request.read();
      if (chunk instanceof Uint8Array) return { done: false, value: chunk };
      // `complete`: the parser has seen the end, so an empty buffer stays empty.
      if (this.#request.complete) return { done: true, value: undefined };
      if (this.#request.destroyed) throw bodyCutOff();
      await this.#arrival();
    }
  }

  /** Resolves when there is something to look at again: bytes, the end, or the connection's death. */
  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = this.#request;
      const stopWaiting = (): void => {
        timer.cancel();
        request.off("readable", onArrival).off("end", onArrival).off("close", onArrival).off("error", onArrival);
      };
      const onArrival = (): void => {
        stopWaiting();
        resolve();
      };
      const timer = this.#clock.after(this.#idleMs, () => {
        stopWaiting();
        reject(bodyStalled(this.#idleMs));
      });
      request.on("readable", onArrival).on("end", onArrival).on("close", onArrival).on("error", onArrival);
    });
  }
}
