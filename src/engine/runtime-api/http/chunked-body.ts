// A body in chunks (RFC 9112 section 7.1). Extensions are read past; trailers are kept, they carry a stream's error.
import { malformedRequest } from "../faults.ts";
import type { BodyReader, Trailers } from "./body-reader.ts";
import type { BodyTaker } from "./body-taker.ts";
import { parseFields } from "./request-head.ts";

// Lambda-Runtime-Function-Error-Body is a trailer with a whole error in base64.
const longestLineBytes = 1024 * 1024;
const longestSizeLineBytes = 1024;
/** Eight digits are up to 4 GiB, far more than any taker takes. */
const sizeLine = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/;

type Stage = "size" | "data" | "after-data" | "trailer" | "done";

/** INVARIANT: uses no byte behind the end of the body, which belongs to the next request. */
export class ChunkedBody implements BodyReader {
  readonly #taker: BodyTaker;
  #stage: Stage = "size";
  #line: string[] = [];
  #lineBytes = 0;
  #endsInReturn = false;
  #leftBytes = 0;
  #trailerBytes = 0;
  readonly #trailerLines: string[] = [];

  constructor(taker: BodyTaker) {
    this.#taker = taker;
  }

  get done(): boolean {
    return this.#stage === "done";
  }

  get trailers(): Trailers {
    return parseFields(this.#trailerLines);
  }

  push(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.#stage !== "done") {
      at += this.#stage === "data" ? this.#readData(bytes, at) : this.#readLine(bytes, at);
    }
    return at - from;
  }

  #readData(bytes: Buffer, at: number): number {
    const used = Math.min(this.#leftBytes, bytes.length - at);
    this.#leftBytes -= used;
    if (this.#leftBytes === 0) this.#stage = "after-data";
    this.#taker.take(bytes.subarray(at, at + used));
    return used;
  }

  /** A line may come in pieces, its CR in one and its LF in another. */
  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(10, at);
    const to = end === -1 ? bytes.length : end;
    const piece = bytes.toString("latin1", at, to);
    this.#lineBytes += piece.length;
    this.#trailerBytes += this.#stage === "trailer" ? piece.length : 0;
    // Trailers are bounded together, too: many short ones take as much room as a long one.
    const limit = this.#stage === "trailer" ? longestLineBytes : longestSizeLineBytes;
    if (this.#lineBytes > limit || this.#trailerBytes > longestLineBytes) throw malformedRequest("A chunk has no end");
    if (piece !== "") {
      this.#line.push(piece);
      this.#endsInReturn = piece.endsWith("\r");
    }
    if (end === -1) return to - at;
    if (!this.#endsInReturn) throw malformedRequest("A line of a chunked body does not end in CRLF");
    const line = this.#line.join("").slice(0, -1);
    this.#line = [];
    this.#lineBytes = 0;
    this.#endsInReturn = false;
    this.#takeLine(line);
    return to - at + 1;
  }

  #takeLine(line: string): void {
    switch (this.#stage) {
      case "size": {
        const size = sizeLine.exec(line)?.[1];
        if (size === undefined) throw malformedRequest("A chunk size is malformed");
        this.#leftBytes = Number.parseInt(size, 16);
        this.#stage = this.#leftBytes === 0 ? "trailer" : "data";
        return;
      }
      case "after-data":
        if (line !== "") throw malformedRequest("A chunk is longer than it says");
        this.#stage = "size";
        return;
      case "trailer":
        if (line !== "") this.#trailerLines.push(line);
        else this.#stage = "done";
        return;
      // Lines are not read in these.
      case "data":
      case "done":
    }
  }
}
