// Reads the HTTP/1.1 requests of a guest from a socket's bytes, one at a time. Strict where laxness lets two readers
// disagree (RFC 9112 sections 2.2, 5, 6.3): CRLF only, no folded lines, no blank before a colon, one framing.
import { Fault } from "../../../core/faults.ts";
import { headersTooLarge, truncatedRequest } from "../faults.ts";
import { framingOf, openBody } from "./body-framing.ts";
import { noTrailers, type BodyReader } from "./body-reader.ts";
import type { BodyTaker } from "./body-taker.ts";
import { headParser, type RequestHead } from "./request-head.ts";

export interface RequestListener {
  /** A request has begun; returns who gets its body. */
  onHead(head: RequestHead): BodyTaker;
  /** The client waits for `100 Continue` before it sends its body. */
  onExpectation(): void;
  /** Nothing that follows can be read. `taker` has a part of a body and must be told. */
  onBroken(fault: Fault, taker: BodyTaker | undefined): void;
}

/** An X-Ray cause may have a megabyte; everything else is small. */
const longestHeadBytes = 1024 * 1024 + 64 * 1024;

export class RequestReader {
  readonly #listener: RequestListener;
  readonly #parseHead = headParser();
  #head = Buffer.alloc(4096);
  #headFill = 0;
  #body: { readonly reader: BodyReader; readonly taker: BodyTaker } | undefined;
  #broken = false;

  constructor(listener: RequestListener) {
    this.#listener = listener;
  }

  /** Whether a request has begun whose body is not complete. */
  get inBody(): boolean {
    return this.#body !== undefined;
  }

  /** Uses bytes up to the end of one request; returns how many. The rest is pushed again once that is answered. */
  push(bytes: Buffer): number {
    if (this.#broken) return bytes.length;
    try {
      const at = this.#body === undefined ? this.#readHead(bytes) : 0;
      return at + this.#readBody(bytes, at);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#break(error);
      return bytes.length;
    }
  }

  /** The client will send no more. */
  end(): void {
    if (!this.#broken && (this.#body !== undefined || this.#headFill > 0)) this.#break(truncatedRequest());
  }

  #break(fault: Fault): void {
    this.#broken = true;
    const taker = this.#body?.taker;
    this.#body = undefined;
    this.#listener.onBroken(fault, taker);
  }

  #readHead(bytes: Buffer): number {
    // The blank line may lie across two pieces: look again at the last three bytes.
    const before = this.#headFill;
    this.#appendHead(bytes);
    const end = this.#head.subarray(0, this.#headFill).indexOf("\r\n\r\n", Math.max(0, before - 3), "latin1");
    if (end === -1) {
      if (this.#headFill >= longestHeadBytes) throw headersTooLarge();
      return bytes.length;
    }
    const head = this.#parseHead(this.#head.toString("latin1", 0, end));
    this.#headFill = 0;
    if (this.#head.length > 64 * 1024) this.#head = Buffer.alloc(4096);
    this.#open(head);
    return end + 4 - before;
  }

  #open(head: RequestHead): void {
    // Before the route runs: one that streams must not begin with a body that cannot be read.
    const framing = framingOf(head);
    const taker = this.#listener.onHead(head);
    if (framing === 0) {
      taker.end(noTrailers);
      return;
    }
    this.#body = { reader: openBody(framing, taker), taker };
    if (expectsContinue(head)) this.#listener.onExpectation();
  }

  #appendHead(bytes: Buffer): void {
    const room = Math.min(bytes.length, longestHeadBytes - this.#headFill);
    if (this.#headFill + room > this.#head.length) {
      // Doubling keeps a client that sends byte by byte from costing a copy of everything each time.
      const grown = Buffer.alloc(Math.max(this.#head.length * 2, this.#headFill + room));
      this.#head.copy(grown, 0, 0, this.#headFill);
      this.#head = grown;
    }
    this.#headFill += bytes.copy(this.#head, this.#headFill, 0, room);
  }

  #readBody(bytes: Buffer, from: number): number {
    const body = this.#body;
    if (body === undefined) return 0;
    const { reader, taker } = body;
    const used = reader.push(bytes, from);
    if (!reader.done) return used;
    const { trailers } = reader;
    this.#body = undefined;
    taker.end(trailers);
    return used;
  }
}

const expectsContinue = ({ headers }: RequestHead): boolean => headers.get("expect")?.toLowerCase() === "100-continue";
