// Closing what was opened one after the other.

/**
 * Empties the list and closes all that is in it, what was opened last first: one that fails keeps no other from closing.
 * Rejects at the end with what failed first.
 */
export async function closeAll(closers: (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const closer of closers.splice(0).toReversed()) {
    try {
      await closer();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
