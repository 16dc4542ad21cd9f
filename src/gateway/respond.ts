// Writes an answer to a node:http response: in one piece when it is one, else at the pace of the reader.
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { WireResponse } from "../protocol/wire.ts";

/** Resolves when everything has been handed to the socket; rejects when a streamed body fails. */
export async function respond(response: ServerResponse, answer: WireResponse): Promise<void> {
  const { status, headers, body } = answer;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    // Without a length node would frame the body in chunks, which costs a second write.
    if (!isBodiless(status) && !hasContentLength(headers)) {
      headers["content-length"] = String(body === undefined ? 0 : Buffer.byteLength(body));
    }
    response.writeHead(status, headers);
    // As a string of the same bytes a small body leaves in one write with the head.
    if (body instanceof Uint8Array && body.byteLength <= singleWriteBytes) response.end(latin1(body), "latin1");
    else response.end(body);
    return;
  }
  response.writeHead(status, headers);
  if (response.req.method === "HEAD") {
    response.end();
    await discardBody(answer);
    return;
  }
  response.flushHeaders();
  // The head is out: from here on a failure can only cut the connection, which the caller does.
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Tells the source of a streamed body that nobody will read it, so that it lets go of files and the like. */
export async function discardBody({ body }: WireResponse): Promise<void> {
  // A stream's iterator that was never begun leaves its stream open.
  if (body instanceof Readable) body.destroy();
  else if (typeof body === "object" && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.();
}

const singleWriteBytes = 16 * 1024;

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** RFC 9110, 8.6: no Content-Length in these. */
const isBodiless = (status: number): boolean => status === 204 || status === 304 || status < 200;

function hasContentLength(headers: WireResponse["headers"]): boolean {
  for (const name in headers) {
    if (name.length === 14 && name.toLowerCase() === "content-length") return true;
  }
  return false;
}

/** Whichever comes first: room in the socket's buffer, or the socket's end. */
async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  try {
    await Promise.race([
      once(response, "drain", { signal: settled.signal }),
      once(response, "close", { signal: settled.signal }),
    ]);
  } finally {
    settled.abort();
  }
}
