// The reading side of a ledger: each read is one statement, so one snapshot.
import type { DatabaseSync } from "node:sqlite";
import type { PartitionKey } from "../store.ts";
import { readDocument } from "./documents.ts";
import type { DocumentRow, ReadJob, ReadRows } from "./job.ts";
import { browseMessages, countMessages, dueMessages } from "./messages.ts";
import { findName, findPartition, listPartitions, listQueues } from "./names.ts";
import { readRecords, streamEnd } from "./records.ts";
import { Statements } from "./row.ts";
import { scanDocuments } from "./scan.ts";

export class LedgerReader {
  readonly #statements: Statements;

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database);
  }

  get(partition: PartitionKey, collection: string, key: string): DocumentRow | undefined {
    const number = findPartition(this.#statements, partition);
    return number === undefined ? undefined : readDocument(this.#statements, number, collection, key);
  }

  /** The rows that answer a job of that kind. Several may be read by turns. */
  read<Job extends ReadJob>(job: Job): Generator<ReadRows[Job["kind"]]> {
    // The switch answers each kind with its rows; the type of a generator cannot say so.
    return this.#rows(job) as Generator<ReadRows[Job["kind"]]>;
  }

  *#rows(job: ReadJob): Generator<ReadRows[ReadJob["kind"]]> {
    const statements = this.#statements;
    if (job.kind === "partitions") {
      yield* listPartitions(statements);
      return;
    }
    const partition = findPartition(statements, job.partition) ?? 0;
    switch (job.kind) {
      case "scan":
        yield* scanDocuments(statements, partition, job.collection, job.range);
        return;
      case "queues":
        yield* listQueues(statements, partition, job.which);
        return;
      case "due":
        yield* dueMessages(statements, findName(statements, partition, "queue", job.queue) ?? 0, job.nowMs, job.page);
        return;
      case "browse":
        yield* browseMessages(statements, findName(statements, partition, "queue", job.queue) ?? 0, job.after, job.limit);
        return;
      case "counts":
        yield countMessages(statements, findName(statements, partition, "queue", job.queue) ?? 0, job.nowMs);
        return;
      case "records":
        yield* readRecords(statements, findName(statements, partition, "stream", job.stream) ?? 0, job.after, job.limit);
        return;
      case "end":
        yield streamEnd(statements, findName(statements, partition, "stream", job.stream) ?? 0);
    }
  }
}
