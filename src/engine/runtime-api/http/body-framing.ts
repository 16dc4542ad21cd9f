// Where a request's body ends (RFC 9112 section 6.3). A request that could be read in two ways is refused.
import { malformedRequest } from "../faults.ts";
import { noTrailers, type BodyReader } from "./body-reader.ts";
import { ChunkedBody } from "./chunked-body.ts";
import type { KeptBody } from "./kept-body.ts";
import type { RequestHead } from "./request-head.ts";

/** `kept` gets what the body holds. */
export function openBody(head: RequestHead, kept: KeptBody): BodyReader {
  const coding = head.headers.get("transfer-encoding");
  const length = head.headers.get("content-length");
  if (coding === undefined) return fixedLength(length, kept);
  // Whoever believes the length would see a second request where the chunks go on (RFC 9112, 11.2).
  if (length !== undefined) throw malformedRequest("Both Content-Length and Transfer-Encoding");
  if (coding.toLowerCase() !== "chunked") throw malformedRequest("A transfer coding that is not chunked");
  return new ChunkedBody(kept);
}

/** A request that announces no body has none (RFC 9112, 6.3, rule 7). */
function fixedLength(length: string | undefined, kept: KeptBody): BodyReader {
  if (length !== undefined && !/^\d{1,12}$/.test(length)) throw malformedRequest("Content-Length is malformed");
  let leftBytes = Number(length ?? 0);
  return {
    push(bytes, at) {
      const used = Math.min(leftBytes, bytes.length - at);
      if (used > 0) kept.add(bytes.subarray(at, at + used));
      leftBytes -= used;
      return used;
    },
    get done() {
      return leftBytes === 0;
    },
    trailers: noTrailers,
  };
}
