// Where a request's body ends (RFC 9112 section 6.3). A request that could be read in two ways is refused.
import { malformedRequest } from "../faults.ts";
import { noTrailers, type BodyReader } from "./body-reader.ts";
import type { BodyTaker } from "./body-taker.ts";
import { ChunkedBody } from "./chunked-body.ts";
import type { RequestHead } from "./request-head.ts";

/** A number: bytes. */
export type BodyFraming = "chunked" | number;

export function framingOf(head: RequestHead): BodyFraming {
  const coding = head.headers.get("transfer-encoding");
  const length = head.headers.get("content-length");
  if (coding === undefined) return lengthOf(length);
  // Whoever believes the length would see a second request where the chunks go on (RFC 9112, 11.2).
  if (length !== undefined) throw malformedRequest("Both Content-Length and Transfer-Encoding");
  if (coding.toLowerCase() !== "chunked") throw malformedRequest("A transfer coding that is not chunked");
  return "chunked";
}

/** A request that announces no body has none (RFC 9112, 6.3, rule 7). */
function lengthOf(length: string | undefined): number {
  if (length !== undefined && !/^\d{1,12}$/.test(length)) throw malformedRequest("Content-Length is malformed");
  return Number(length ?? 0);
}

/** `taker` gets what the body holds. */
export const openBody = (framing: BodyFraming, taker: BodyTaker): BodyReader =>
  framing === "chunked" ? new ChunkedBody(taker) : fixedLength(framing, taker);

function fixedLength(length: number, taker: BodyTaker): BodyReader {
  let leftBytes = length;
  return {
    push(bytes, at) {
      const used = Math.min(leftBytes, bytes.length - at);
      leftBytes -= used;
      if (used > 0) taker.take(bytes.subarray(at, at + used));
      return used;
    },
    get done() {
      return leftBytes === 0;
    },
    trailers: noTrailers,
  };
}
