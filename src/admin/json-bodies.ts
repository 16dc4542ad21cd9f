// How the administration is spoken to and answers: JSON objects, with a line end for people who use curl.
import type { WireRequest, WireResponse } from "../protocol/wire.ts";

const mostBodyBytes = 16_384;

export const json = (status: number, body: object): WireResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: `${JSON.stringify(body)}\n`,
});

/** No members when the body is no JSON object, or too long (bytes) to be one of ours. */
export async function readObject({ body }: WireRequest, mostBytes = mostBodyBytes): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  try {
    const value: unknown = bytes > mostBytes ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A line for each, as it comes. An empty line first: the caller knows at once that it was taken. */
export async function* asJsonLines(events: AsyncIterable<object>): AsyncGenerator<Uint8Array> {
  yield Buffer.from("\n");
  for await (const event of events) yield Buffer.from(`${JSON.stringify(event)}\n`);
}
