// A streamed response on its way to its reader, of which a recording keeps a copy.
import { mostBodyBytes, recordedBody, type RecordedBody } from "../../core/recording.ts";

/** Hands a streamed body on and keeps what has gone by. */
export class CopiedBody implements AsyncIterable<Uint8Array> {
  /** Resolves when its reader is through, or has left. */
  readonly ended: Promise<RecordedBody>;
  readonly #body: AsyncIterable<Uint8Array>;
  #end: (body: RecordedBody) => void = () => {};

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let [bytes, isWhole] = [0, false];
    try {
      for await (const chunk of this.#body) {
        bytes += chunk.length;
        if (bytes <= mostBodyBytes) chunks.push(chunk);
        yield chunk;
      }
      isWhole = true;
    } finally {
      this.#end(isWhole && bytes <= mostBodyBytes ? recordedBody(Buffer.concat(chunks)) : { leftOutBytes: bytes });
    }
  }
}
