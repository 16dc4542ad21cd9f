// Callers of streamed invokes who go away.

/**
 * Leaves a streamed response when its caller is gone, also one who never began to read it: the function runs on to its
 * end, and does not wait for a reader.
 */
export function leaveWhenAborted(body: AsyncIterable<Uint8Array>, signal: AbortSignal): void {
  const leave = (): void => void body[Symbol.asyncIterator]().return?.();
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
}
