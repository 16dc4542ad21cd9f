// What goes wrong with the store itself, in words that tell its operator where and what to do.
import { Fault } from "../core/faults.ts";

export const storeDiskFull = (directory: string, cause: unknown): Fault =>
  fault("StoreDiskFull", 507, `The disk that holds ${directory} is full. Nothing was written: free some space and try again.`, cause);

export const storeDiskFailed = (directory: string, cause: unknown): Fault =>
  fault("StoreDiskFailed", 500, `Writing to ${directory} failed: ${reasonOf(cause)}. Nothing was written: check the disk and the rights of the folder.`, cause);

/** After a failed fsync nobody knows what is on disk, and a second fsync that succeeds proves nothing. */
export const storeSyncFailed = (directory: string, cause: unknown): Fault =>
  fault("StoreSyncFailed", 500, `The disk that holds ${directory} could not sync what was written: ${reasonOf(cause)}. No further write is accepted: check the disk, then restart.`, cause);

export const storeStopped = (directory: string, cause: unknown): Fault =>
  fault("StoreStopped", 500, `The store in ${directory} has stopped unexpectedly: ${reasonOf(cause)}. Restart.`, cause);

export const storeClosed = (directory: string): Fault => fault("StoreClosed", 503, `The store in ${directory} is closed.`);

export const storeLocked = (directory: string, owner: string): Fault =>
  fault("StoreLocked", 409, `The data directory ${directory} is in use by ${owner}. Stop it, or choose another directory with --data.`);

export const storeTooNew = (directory: string, found: number, known: number): Fault =>
  fault("StoreTooNew", 409, `The data directory ${directory} has format ${found}, written by a newer version; this one knows ${known}. Update, or choose another directory with --data.`);

export const blobTooLarge = (maxBytes: number): Fault => fault("BlobTooLarge", 413, `The content is larger than ${maxBytes} bytes.`);

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function fault(code: string, status: number, message: string, cause?: unknown): Fault {
  return new Fault({ code, status, message, cause });
}
