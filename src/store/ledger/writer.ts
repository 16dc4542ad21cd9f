// The writing side of a ledger: runs jobs in order, as many as have come, in one transaction with one sync. A job
// that fails is undone by itself; the others of its transaction stand.
import type { DatabaseSync } from "node:sqlite";
import type { OperationResult } from "../operation.ts";
import { CommitConflict } from "../store.ts";
import { DocumentTable } from "./documents.ts";
import { failureOf } from "./failure.ts";
import type { LedgerFailure, LedgerOperation, WriteJob, WriteOutcome } from "./job.ts";
import { MessageTable } from "./messages.ts";
import { Names } from "./names.ts";
import { Numbers } from "./numbers.ts";
import { RecordTable } from "./records.ts";
import { Statements } from "./row.ts";

export class LedgerWriter {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #numbers: Numbers;
  readonly #names: Names;
  readonly #documents: DocumentTable;
  readonly #messages: MessageTable;
  readonly #records: RecordTable;
  #refusal: LedgerFailure | undefined;
  /** Purges and trims may have left rows to sweep; after a restart too. */
  #hasLeftovers = true;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#numbers = new Numbers(this.#statements);
    this.#names = new Names(this.#statements);
    this.#documents = new DocumentTable(this.#statements, this.#numbers);
    this.#messages = new MessageTable(this.#statements, this.#numbers, this.#names);
    this.#records = new RecordTable(this.#statements, this.#numbers, this.#names);
  }

  /** One outcome for each job. What succeeded is synced. */
  run(jobs: readonly WriteJob[]): readonly WriteOutcome[] {
    if (this.#refusal !== undefined) return failAll(jobs, this.#refusal);
    try {
      this.#statements.run("BEGIN IMMEDIATE");
      const outcomes = jobs.map((job) => this.#runAlone(job));
      this.#statements.run("COMMIT");
      return outcomes;
    } catch (error) {
      return failAll(jobs, this.#abandon(error));
    }
  }

  get hasLeftovers(): boolean {
    return this.#hasLeftovers && this.#refusal === undefined;
  }

  /** Deletes some of the rows that purges and trims left. False: none were left. */
  sweep(): boolean {
    if (!this.hasLeftovers) return false;
    try {
      this.#statements.run("BEGIN IMMEDIATE");
      const swept = this.#names.sweep() || this.#records.sweep();
      this.#statements.run("COMMIT");
      this.#hasLeftovers = swept;
      return swept;
    } catch (error) {
      // Nobody waits for a sweep: it is tried again after the next write, which will tell of a disk that is broken.
      this.#abandon(error);
      return false;
    }
  }

  /** Copies the write-ahead log into the database once it has so many frames that are not there yet. */
  checkpoint(frames: number): void {
    if (this.#refusal !== undefined) return;
    try {
      const [, log, copied] = this.#statements.row("PRAGMA wal_checkpoint(NOOP)") ?? [];
      if (Number(log) - Number(copied) >= frames) this.#statements.run("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (error) {
      // The log still holds everything. It grows until there is room, or until a write tells of the broken disk.
      this.#abandon(error);
    }
  }

  #runAlone(job: WriteJob): WriteOutcome {
    this.#statements.run("SAVEPOINT job");
    try {
      const outcome = this.#execute(job);
      this.#statements.run("RELEASE job");
      return outcome;
    } catch (error) {
      // Errors of the disk may have ended the whole transaction, which is then abandoned.
      const failure = error instanceof CommitConflict ? undefined : failureOf(error);
      if (!this.#database.isTransaction || (failure !== undefined && failure.reason !== "fault-of-ours")) throw error;
      this.#statements.run("ROLLBACK TO job");
      this.#statements.run("RELEASE job");
      this.#forgetRolledBack();
      if (error instanceof CommitConflict) return { kind: "conflict", collection: error.collection, key: error.key };
      return { kind: "failed", failure: failureOf(error) };
    }
  }

  #execute(job: WriteJob): WriteOutcome {
    const partition = this.#names.partition(job.partition);
    if (job.kind === "receive") return { kind: "received", ...this.#messages.receive(partition, job) };
    return { kind: "committed", results: job.operations.map((operation) => this.#apply(partition, operation, job.nowMs)) };
  }

  #apply(partition: number, operation: LedgerOperation, nowMs: number): OperationResult {
    switch (operation.kind) {
      case "put-document":
        return this.#documents.put(partition, operation);
      case "delete-document":
        return this.#documents.delete(partition, operation);
      case "check-document":
        return this.#documents.check(partition, operation);
      case "send-message":
        return this.#messages.send(partition, operation, nowMs);
      case "delete-message":
        return this.#messages.delete(partition, operation, nowMs);
      case "change-visibility":
        return this.#messages.changeVisibility(partition, operation, nowMs);
      case "settle-message":
        return this.#messages.settle(partition, operation);
      case "postpone-message":
        return this.#messages.postpone(partition, operation, nowMs);
      case "expire-messages":
        return this.#messages.expire(partition, operation.queue, operation.sentBeforeMs);
      case "purge-queue":
        this.#hasLeftovers = true;
        return this.#names.giveUp(partition, "queue", operation.queue);
      case "append-record":
        return this.#records.append(partition, operation, nowMs);
      case "trim-stream":
        this.#hasLeftovers = true;
        return this.#records.trim(partition, operation);
      case "delete-stream":
        this.#hasLeftovers = true;
        return this.#names.giveUp(partition, "stream", operation.stream);
    }
    return operation satisfies never;
  }

  /** Ends the transaction and says why; after a failed sync for good. */
  #abandon(error: unknown): LedgerFailure {
    const failure = failureOf(error);
    if (failure.reason === "sync-failed") this.#refusal = failure;
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    this.#forgetRolledBack();
    return failure;
  }

  #forgetRolledBack(): void {
    this.#messages.forget();
    this.#numbers.forgetReservation();
    this.#names.forget();
  }
}

const failAll = (jobs: readonly WriteJob[], failure: LedgerFailure): readonly WriteOutcome[] =>
  jobs.map(() => ({ kind: "failed", failure }));
