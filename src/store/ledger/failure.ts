// Errors of SQLite by what they mean for the store: https://www.sqlite.org/rescode.html
import { reasonOf } from "../faults.ts";
import type { LedgerFailure } from "./job.ts";

const sqliteFull = 13;
const sqliteReadOnly = 8;
const sqliteIoError = 10;
const sqliteCannotOpen = 14;
const sqliteIoErrorFsync = 1034;
const sqliteIoErrorDirFsync = 1290;

export function failureOf(error: unknown): LedgerFailure {
  const message = reasonOf(error);
  const code = error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;
  if (code === sqliteIoErrorFsync || code === sqliteIoErrorDirFsync) return { reason: "sync-failed", message };
  // The low byte is the primary code.
  const primary = code & 0xff;
  if (primary === sqliteFull) return { reason: "disk-full", message };
  if (primary === sqliteIoError || primary === sqliteReadOnly || primary === sqliteCannotOpen) return { reason: "disk-failed", message };
  return { reason: "fault-of-ours", message };
}
