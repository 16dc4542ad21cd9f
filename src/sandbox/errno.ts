// Tells errors of the operating system apart by their name.

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/**
 * Undefined when what is looked at has gone: files of /proc and control groups go at any moment with their process; what is
 * open of a group answers ENODEV then.
 */
export function ifThere<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENODEV", "ESRCH")) return undefined;
    throw error;
  }
}
