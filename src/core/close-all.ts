// Closing what was opened, so that what cannot be closed keeps nothing else open.

type Closer = () => Promise<void> | void;

/**
 * Empties the list and closes all that is in it, what was opened last first: one that fails keeps no other from closing.
 * Rejects at the end with what failed first.
 */
export async function closeAll(closers: Closer[]): Promise<void> {
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

/** The same at one time, for what was opened in no order. */
export async function closeTogether(closers: readonly Closer[]): Promise<void> {
  const outcomes = await Promise.allSettled(closers.map(async (close) => close()));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
