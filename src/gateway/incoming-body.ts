// The body of a node:http request, pulled: nothing is read, and a client that asked first is not told to send, until
// somebody wants it. node's own iterator costs several times as much a request.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { bodyCutOff, bodyStalled } from "./faults.ts";

export interface BodyPatience {
  readonly clock: Clock;
  /** Longest silence between two pieces. */
  readonly bodyIdleMs: number;
}

export class IncomingBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #patience: BodyPatience;
  #owesContinue: boolean;
  /** What the head announced and nobody has read yet; infinite for chunked bodies. */
  #leftBytes: number;

  /** `expectsContinue`: the client sent `Expect: 100-continue` and waits. */
  constructor(request: IncomingMessage, response: ServerResponse, patience: BodyPatience, expectsContinue: boolean) {
    this.#request = request;
    this.#response = response;
    this.#patience = patience;
    this.#owesContinue = expectsContinue;
    const { "content-length": length, "transfer-encoding": coding } = request.headers;
    this.#leftBytes = coding === undefined ? Number(length ?? 0) : Number.POSITIVE_INFINITY;
  }

  get isRead(): boolean {
    return this.#leftBytes === 0;
  }

  /** The client still waits for leave to send: after an answer it will never send this body. */
  get owesContinue(): boolean {
    return this.#owesContinue;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  whole(): Uint8Array | Promise<Uint8Array> {
    const first = this.#owesContinue ? undefined : this.#read();
    return first !== undefined && this.#leftBytes === 0 ? first : this.#gathered(first === undefined ? [] : [first]);
  }

  async #gathered(chunks: Uint8Array[]): Promise<Uint8Array> {
    for (let step = await this.next(); step.done !== true; step = await this.next()) chunks.push(step.value);
    return Buffer.concat(chunks);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#owesContinue) {
      this.#owesContinue = false;
      this.#response.writeContinue();
    }
    // A body of known length ends with its last byte: waiting for the parser to say so costs a timer and a tick.
    while (this.#leftBytes > 0) {
      const chunk = this.#read();
      if (chunk !== undefined) return { done: false, value: chunk };
      // `complete`: the parser has seen the end, so an empty buffer stays empty.
      if (this.#request.complete) this.#leftBytes = 0;
      else if (this.#request.destroyed) throw bodyCutOff();
      else await this.#arrival();
    }
    return { done: true, value: undefined };
  }

  /** What has arrived. */
  #read(): Uint8Array | undefined {
    const chunk: unknown = this.#leftBytes === 0 ? undefined : this.#request.read();
    if (!(chunk instanceof Uint8Array)) return undefined;
    this.#leftBytes -= chunk.byteLength;
    return chunk;
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
      const { clock, bodyIdleMs } = this.#patience;
      const timer = clock.after(bodyIdleMs, () => {
        stopWaiting();
        reject(bodyStalled(bodyIdleMs));
      });
      request.on("readable", onArrival).on("end", onArrival).on("close", onArrival).on("error", onArrival);
    });
  }
}
