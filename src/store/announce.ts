/** Runs a listener. What it throws is a fault of its own: it ends as an uncaught error, not in the commit it heard of. */
export function announceWith(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
