// Bodies as bytes.
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { bodyTooLarge, serialization } from "./faults.ts";
import type { WireRequest } from "./wire.ts";

/**
 * The whole body. How large it may be the gateway has decided: it ends the stream with a fault beyond that. Clients
 * compress what is large where the model lets them (trait requestCompression: PutMetricData).
 */
export function collect(request: Pick<WireRequest, "headers" | "body">): Uint8Array | Promise<Uint8Array> {
  const bytes = request.body.whole === undefined ? gathered(request.body) : request.body.whole();
  if (request.headers["content-encoding"] !== "gzip") return bytes;
  return bytes instanceof Promise ? bytes.then(inflated) : inflated(bytes);
}

async function gathered(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const [only = empty] = chunks;
  return chunks.length <= 1 ? only : Buffer.concat(chunks);
}

const empty = new Uint8Array(0);

const inflate = promisify(gunzip);
/** A thousand times less expands to this; no request that AWS accepts comes near. */
const largestInflatedBytes = 32 * 1024 * 1024;

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: largestInflatedBytes });
  } catch (error) {
    if (error instanceof RangeError) throw bodyTooLarge(largestInflatedBytes, error);
    throw serialization("Could not decompress the body.", error);
  }
}

/** A request whose body has been read already. */
export function withBody(request: WireRequest, bytes: Uint8Array): WireRequest {
  const { "content-encoding": _decoded, ...headers } = request.headers;
  const body: WireRequest["body"] = {
    [Symbol.asyncIterator]: async function* chunk() {
      yield bytes;
    },
  };
  return { ...request, headers, body };
}
