// The ledger in one SQLite file: writes on a thread of their own, point reads here, longer reads on a second thread.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { storeClosed, storeDiskFailed, storeTooNew } from "../faults.ts";
import type { DocumentRow, ReadJob, ReadRows, WriteJob, WriteOutcome } from "../ledger/job.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { LedgerReader } from "../ledger/reader.ts";
import { knownFormat } from "../ledger/schema.ts";
import type { PartitionKey } from "../store.ts";
import { ReaderThread } from "./reader.ts";
import { WriterThread } from "./writer.ts";

/**
 * INVARIANT: nothing is handed out that might still be lost. Other connections see a commit a moment before its outcome
 * has come back from the writing thread, so a read resolves after the writes that were on their way when it saw its rows.
 */
export class SqliteLedger implements Ledger {
  readonly #directory: string;
  readonly #writer: WriterThread;
  readonly #reader: ReaderThread;
  readonly #database: DatabaseSync;
  /** One row by its key is read sooner here than a thread could be asked for it. */
  readonly #points: LedgerReader;

  private constructor(directory: string, path: string, writer: WriterThread) {
    this.#directory = directory;
    this.#writer = writer;
    this.#reader = new ReaderThread(path, directory);
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    this.#points = new LedgerReader(this.#database);
  }

  static async open(directory: string, nowMs: number): Promise<SqliteLedger> {
    const path = join(directory, "store.db");
    const writer = new WriterThread({ path, nowMs }, directory);
    const opened = await writer.opened;
    if (opened.kind === "too-new") throw storeTooNew(directory, opened.format, knownFormat);
    if (opened.kind === "unusable") throw storeDiskFailed(directory, opened.message);
    return new SqliteLedger(directory, path, writer);
  }

  write(job: WriteJob): Promise<Exclude<WriteOutcome, { readonly kind: "failed" }>> {
    return this.#writer.write(job);
  }

  async get(partition: PartitionKey, collection: string, key: string): Promise<DocumentRow | undefined> {
    if (!this.#database.isOpen) throw storeClosed(this.#directory);
    const row = this.#points.get(partition, collection, key);
    await this.#writer.settled();
    return row;
  }

  async read<Job extends ReadJob, Value>(job: Job, decode: (row: ReadRows[Job["kind"]]) => Value): Promise<readonly Value[]> {
    if (!this.#database.isOpen) throw storeClosed(this.#directory);
    const values = await this.#reader.read(job, decode);
    await this.#writer.settled();
    return values;
  }

  async close(): Promise<void> {
    // The writer is last: as the last connection to close it folds the log into the database.
    await this.#reader.close();
    if (this.#database.isOpen) this.#database.close();
    await this.#writer.close();
  }
}
