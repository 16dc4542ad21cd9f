// Entry of the writing thread. Group commit: whatever arrived while the last transaction was synced shares the next.
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { reasonOf } from "../faults.ts";
import type { WriteJob } from "../ledger/job.ts";
import { knownFormat, migrate, readFormat } from "../ledger/schema.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import type { FromWriter, ThreadStart, ToWriter } from "./thread-message.ts";

/** Frames of the write-ahead log, of 4 KiB, from which on it is copied into the database between two transactions. */
const checkpointFrames = 4_000;
/** Jobs that share one transaction at most: bounds how long the first of them waits. */
const sharedAtMost = 2_000;

const start: ThreadStart = workerData;
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const say = (message: FromWriter): void => port.postMessage(message);
  try {
    // SQLite would let everybody read it; its log and index get the mode of the database.
    closeSync(openSync(start.path, "a", 0o600));
    const database = new DatabaseSync(start.path);
    const format = readFormat(database);
    if (format > knownFormat) {
      database.close();
      say({ kind: "too-new", format });
      port.close();
      return;
    }
    const writer = openWriter(database);
    port.on("message", (message: ToWriter) => {
      const { jobs, isLast } = drain(port, message);
      if (jobs.length > 0) say({ kind: "outcomes", outcomes: writer.run(jobs) });
      if (isLast) {
        // Closing the last connection checkpoints and removes the log.
        database.close();
        port.close();
        return;
      }
      // After the answer has left: nobody waits for it but the next transaction.
      writer.checkpoint(checkpointFrames);
      sweepLater(database, writer);
    });
    sweepLater(database, writer);
    say({ kind: "ready" });
  } catch (error) {
    say({ kind: "unusable", message: reasonOf(error) });
    port.close();
  }
}

function openWriter(database: DatabaseSync): LedgerWriter {
  // A commit is synced before it returns (FULL). macOS needs F_FULLFSYNC for that; elsewhere it changes nothing.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
  `);
  migrate(database, start.nowMs);
  return new LedgerWriter(database);
}

/** The message and all that came after it. */
function drain(port: MessagePort, first: ToWriter): { readonly jobs: readonly WriteJob[]; readonly isLast: boolean } {
  if (first === undefined) return { jobs: [], isLast: true };
  const jobs: WriteJob[] = [...first];
  while (jobs.length < sharedAtMost) {
    const next: { readonly message: ToWriter } | undefined = receiveMessageOnPort(port);
    if (next === undefined) break;
    if (next.message === undefined) return { jobs, isLast: true };
    jobs.push(...next.message);
  }
  return { jobs, isLast: false };
}

function sweepLater(database: DatabaseSync, writer: LedgerWriter): void {
  if (!writer.hasLeftovers) return;
  setImmediate(() => {
    if (database.isOpen && writer.sweep()) sweepLater(database, writer);
  });
}
