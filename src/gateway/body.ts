// Bodies that a step had to read and that later steps read again.

/** Gives the same bytes to whoever asks, as often as they ask. */
export const collectedBody = (bytes: Uint8Array): AsyncIterable<Uint8Array> => ({
  // oxlint-disable-next-line typescript/require-await
  async *[Symbol.asyncIterator]() {
    if (bytes.byteLength > 0) yield bytes;
  },
});
