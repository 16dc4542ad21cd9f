// A streamed response on its way to its reader, of which a recording keeps a copy.
import { mostBodyBytes, recordedBody, type RecordedBody } from "../../core/recording.ts";

/** Hands a streamed body on and keeps what has gone by. Who leaves it, read or not, leaves the body. */
export class CopiedBody implements AsyncIterableIterator<Uint8Array> {
  /** Resolves when its reader is through, or has left. */
  readonly ended: Promise<RecordedBody>;
  readonly #body: AsyncIterator<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #end: (body: RecordedBody) => void = () => {};

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const result = await this.#body.next();
    if (result.done !== true) this.#keep(result.value);
    else this.#end(this.#bytes <= mostBodyBytes ? recordedBody(Buffer.concat(this.#chunks)) : this.#leftOut);
    return result;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#end(this.#leftOut);
    await this.#body.return?.();
    return { done: true, value: undefined };
  }

  get #leftOut(): RecordedBody {
    return { leftOutBytes: this.#bytes };
  }

  #keep(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= mostBodyBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }
}
