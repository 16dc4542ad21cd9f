// Bodies as bytes.
import type { WireRequest } from "./wire.ts";

/** The whole body. How large it may be the gateway has decided: it ends the stream with a fault beyond that. */
export async function collect(body: WireRequest["body"]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const [only] = chunks;
  if (only === undefined) return empty;
  return chunks.length === 1 ? only : Buffer.concat(chunks);
}

const empty = new Uint8Array(0);

/** A body that has been collected, to be read again. */
export const collected = (bytes: Uint8Array): WireRequest["body"] => ({
  [Symbol.asyncIterator]: async function* chunk() {
    yield bytes;
  },
});
