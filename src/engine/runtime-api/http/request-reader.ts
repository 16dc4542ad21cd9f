// Reads the HTTP/1.1 requests of a guest from a socket's bytes, one at a time. Strict where laxness lets two readers
// disagree (RFC 9112 sections 2.2, 5, 6.3): CRLF only, no folded lines, no blank before a colon, one framing.
import { Fault } from "../../../core/faults.ts";
import { headersTooLarge, truncatedRequest } from "../faults.ts";
import { openBody } from "./body-framing.ts";
import { noTrailers, type BodyReader } from "./body-reader.ts";
import { KeptBody, type GuestBody } from "./kept-body.ts";
import { parseHead, type RequestHead } from "./request-head.ts";

export interface GuestRequest extends RequestHead {
  readonly trailers: ReadonlyMap<string, string>;
  readonly body: GuestBody;
}

export type ReadEvent =
  | { readonly kind: "request"; readonly request: GuestRequest }
  /** The client waits for `100 Continue` before it sends its body. */
  | { readonly kind: "expects-continue" }
  /** Nothing that follows can be read: answer and close. */
  | { readonly kind: "broken"; readonly fault: Fault };

/** An X-Ray cause may have a megabyte; everything else is small. */
const longestHeadBytes = 1024 * 1024 + 64 * 1024;

export class RequestReader {
  readonly #onEvent: (event: ReadEvent) => void;
  #head = Buffer.alloc(4096);
  #headFill = 0;
  #request: RequestHead | undefined;
  #body: BodyReader | undefined;
  #kept = new KeptBody();
  #broken = false;

  constructor(onEvent: (event: ReadEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Uses bytes up to the end of one request; returns how many. The rest is pushed again once that is answered. */
  push(bytes: Buffer): number {
    if (this.#broken) return bytes.length;
    try {
      let at = 0;
      if (this.#request === undefined) {
        at = this.#readHead(bytes);
        if (this.#request === undefined) return at;
      }
      return at + this.#readBody(bytes, at);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#broken = true;
      this.#onEvent({ kind: "broken", fault: error });
      return bytes.length;
    }
  }

  /** The client will send no more. */
  end(): void {
    const head = this.#request;
    if (this.#broken || (head === undefined && this.#headFill === 0)) return;
    this.#broken = true;
    if (head === undefined) {
      this.#onEvent({ kind: "broken", fault: truncatedRequest() });
      return;
    }
    const request: GuestRequest = { ...head, keepAlive: false, trailers: noTrailers, body: { kind: "truncated" } };
    this.#onEvent({ kind: "request", request });
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
    const head = parseHead(this.#head.toString("latin1", 0, end));
    this.#headFill = 0;
    if (this.#head.length > 64 * 1024) this.#head = Buffer.alloc(4096);
    this.#request = head;
    this.#kept = new KeptBody();
    this.#body = openBody(head, this.#kept);
    if (!this.#body.done && head.headers.get("expect")?.toLowerCase() === "100-continue") {
      this.#onEvent({ kind: "expects-continue" });
    }
    return end + 4 - before;
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
    const head = this.#request;
    const body = this.#body;
    if (head === undefined || body === undefined) return 0;
    const used = body.done ? 0 : body.push(bytes, from);
    if (!body.done) return used;
    this.#request = undefined;
    this.#body = undefined;
    const request: GuestRequest = { ...head, trailers: body.trailers, body: this.#kept.take() };
    this.#onEvent({ kind: "request", request });
    return used;
  }
}
