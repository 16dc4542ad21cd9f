// Bodies that a step had to read and that later steps read again, byte for byte as they came.

export async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Gives the same bytes to whoever asks, as often as they ask. */
export const collectedBody = (bytes: Uint8Array): AsyncIterable<Uint8Array> => ({
  // oxlint-disable-next-line typescript/require-await
  async *[Symbol.asyncIterator]() {
    if (bytes.byteLength > 0) yield bytes;
  },
});
