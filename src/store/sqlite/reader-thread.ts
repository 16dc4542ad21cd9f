// Entry of the reading thread: scans and listings of any length, off the event loop and beside the writer.
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { reasonOf } from "../faults.ts";
import type { ReadJob, ReadRows } from "../ledger/job.ts";
import { LedgerReader } from "../ledger/reader.ts";
import type { FromReader, ThreadStart, ToReader } from "./thread-message.ts";

// What one message carries at most: it bounds how long the main thread is busy with it.
const rowsAtOnce = 250;
const charactersAtOnce = 256 * 1024;

type AnyRow = ReadRows[ReadJob["kind"]];

const start: ThreadStart = workerData;
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const database = new DatabaseSync(start.path, { readOnly: true, timeout: 5_000 });
  const reader = new LedgerReader(database);
  /** Reads that have more rows to give. */
  const open = new Map<number, Generator<AnyRow>>();
  port.on("message", (message: ToReader | undefined) => {
    if (message === undefined) {
      database.close();
      port.close();
      return;
    }
    const { id, job } = message;
    const rows = job === undefined ? open.get(id) : reader.read(job);
    if (rows === undefined) return;
    const answer = nextRows(id, rows);
    if (answer.kind === "rows" && !answer.isLast) open.set(id, rows);
    else open.delete(id);
    port.postMessage(answer);
  });
}

function nextRows(id: number, from: Generator<AnyRow>): FromReader {
  const rows: AnyRow[] = [];
  let characters = 0;
  try {
    while (rows.length < rowsAtOnce && characters < charactersAtOnce) {
      const next = from.next();
      if (next.done === true) return { kind: "rows", id, rows, isLast: true };
      rows.push(next.value);
      if (typeof next.value === "object" && "value" in next.value) characters += next.value.value.length;
    }
    return { kind: "rows", id, rows, isLast: false };
  } catch (error) {
    return { kind: "failed", id, message: reasonOf(error) };
  }
}
