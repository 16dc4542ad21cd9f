// Entry of the reading thread: scans and listings of any length, off the event loop and beside the writer.
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { reasonOf } from "../faults.ts";
import type { ReadJob, ReadRows } from "../ledger/job.ts";
import { LedgerReader } from "../ledger/reader.ts";
import type { FromReader, ThreadStart, ToReader } from "./thread-message.ts";

/** Rows a message: keeps the main thread's share of a long scan in short pieces. */
const rowsAtOnce = 500;

const start: ThreadStart = workerData;
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const database = new DatabaseSync(start.path, { readOnly: true, timeout: 5_000 });
  const reader = new LedgerReader(database);
  const say = (message: FromReader): void => port.postMessage(message);
  port.on("message", (message: ToReader | undefined) => {
    if (message === undefined) {
      database.close();
      port.close();
      return;
    }
    const { id, job } = message;
    try {
      let rows: ReadRows[ReadJob["kind"]][] = [];
      for (const row of reader.rows(job)) {
        rows.push(row);
        if (rows.length < rowsAtOnce) continue;
        say({ kind: "rows", id, rows, isLast: false });
        rows = [];
      }
      say({ kind: "rows", id, rows, isLast: true });
    } catch (error) {
      say({ kind: "failed", id, message: reasonOf(error) });
    }
  });
}
