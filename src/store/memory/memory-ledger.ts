// The ledger in memory, on the thread of its caller: nothing to sync, so nothing to wait for.
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import { storeClosed, storeDiskFailed } from "../faults.ts";
import type { DocumentRow, ReadJob, ReadRows, WriteJob, WriteOutcome } from "../ledger/job.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { LedgerReader } from "../ledger/reader.ts";
import { migrate } from "../ledger/schema.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import type { PartitionKey } from "../store.ts";

/** Stands in faults where the folder stands. */
const where = "memory";

/** The same tables and statements as on disk: what the cases prove of the one holds for the other. */
export class MemoryLedger implements Ledger {
  readonly #database = new DatabaseSync(":memory:");
  readonly #writer: LedgerWriter;
  readonly #reader: LedgerReader;

  constructor(clock: Clock) {
    migrate(this.#database, clock.now());
    this.#writer = new LedgerWriter(this.#database);
    this.#reader = new LedgerReader(this.#database);
  }

  async write(job: WriteJob): Promise<Exclude<WriteOutcome, { readonly kind: "failed" }>> {
    this.#assertOpen();
    const [outcome] = this.#writer.run([job]);
    this.#sweepLater();
    if (outcome === undefined || outcome.kind === "failed") throw storeDiskFailed(where, outcome?.failure.message);
    return outcome;
  }

  async get(partition: PartitionKey, collection: string, key: string): Promise<DocumentRow | undefined> {
    this.#assertOpen();
    return this.#reader.get(partition, collection, key);
  }

  async read<Job extends ReadJob, Value>(job: Job, decode: (row: ReadRows[Job["kind"]]) => Value): Promise<readonly Value[]> {
    this.#assertOpen();
    return Array.from(this.#reader.read(job), decode);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #assertOpen(): void {
    if (!this.#database.isOpen) throw storeClosed(where);
  }

  /** A step at a time, so that the event loop gets its turn. */
  #sweepLater(): void {
    if (!this.#writer.hasLeftovers) return;
    setImmediate(() => {
      if (this.#database.isOpen && this.#writer.sweep()) this.#sweepLater();
    });
  }
}
