// The main thread's end of the writing thread: hands jobs over in batches and settles them in order.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { Worker } from "node:worker_threads";
import type { Fault } from "../../core/faults.ts";
import { storeClosed, storeDiskFailed, storeDiskFull, storeStopped, storeSyncFailed } from "../faults.ts";
import type { LedgerFailure, WriteJob, WriteOutcome } from "../ledger/job.ts";
import { entryOf, type FromWriter, type ThreadStart, type ToWriter } from "./thread-message.ts";

type Success = Exclude<WriteOutcome, { readonly kind: "failed" }>;
type Opened = Exclude<FromWriter, { readonly kind: "outcomes" }>;

interface Pending {
  readonly promise: Promise<Success>;
  readonly resolve: (outcome: Success) => void;
  readonly reject: (fault: Fault) => void;
}

/** INVARIANT: once the thread is closed or has died every write is rejected with the reason, those on their way included. */
export class WriterThread {
  /** What the thread says first. */
  readonly opened: Promise<Opened>;
  readonly #directory: string;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  /** Handed over and not settled yet, in order; the outcomes come in that order too. */
  #pending: Pending[] = [];
  #collected: WriteJob[] = [];
  #refusal: Fault | undefined;

  constructor(start: ThreadStart, directory: string) {
    this.#directory = directory;
    this.#worker = new Worker(entryOf("writer-thread", import.meta.url), { workerData: start, execArgv: [] });
    const { promise, resolve, reject } = Promise.withResolvers<Opened>();
    this.opened = promise;
    this.#worker.on("message", (message: FromWriter) => {
      if (message.kind === "outcomes") this.#settle(message.outcomes);
      else resolve(message);
    });
    this.#worker.on("error", (error) => {
      this.#refuse(storeStopped(this.#directory, error));
      reject(this.#refusal);
    });
    this.#ended = new Promise((ended) => {
      this.#worker.once("exit", () => {
        this.#refuse(storeClosed(this.#directory));
        ended();
      });
    });
  }

  write(job: WriteJob): Promise<Success> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    const pending = Promise.withResolvers<Success>();
    this.#pending.push(pending);
    // All that this turn of the event loop writes crosses in one message.
    if (this.#collected.push(job) === 1) setImmediate(() => this.#handOver());
    return pending.promise;
  }

  /** Resolves when every write made so far has settled; what they write is not visible to readers before. */
  async settled(): Promise<void> {
    await this.#pending.at(-1)?.promise.then(ignore, ignore);
  }

  /** Resolves when all writes have settled and the thread has ended. */
  async close(): Promise<void> {
    this.#handOver();
    this.#refusal ??= storeClosed(this.#directory);
    const last: ToWriter = undefined;
    this.#worker.postMessage(last);
    await this.#ended;
  }

  #handOver(): void {
    if (this.#collected.length === 0) return;
    const jobs: ToWriter = this.#collected;
    this.#collected = [];
    this.#worker.postMessage(jobs);
  }

  #settle(outcomes: readonly WriteOutcome[]): void {
    const settled = this.#pending.splice(0, outcomes.length);
    for (const [place, pending] of settled.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) continue;
      if (outcome.kind === "failed") pending.reject(faultOf(outcome.failure, this.#directory));
      else pending.resolve(outcome);
    }
  }

  #refuse(fault: Fault): void {
    this.#refusal ??= fault;
    for (const pending of this.#pending.splice(0)) pending.reject(this.#refusal);
  }
}

function faultOf(failure: LedgerFailure, directory: string): Fault {
  switch (failure.reason) {
    case "disk-full":
      return storeDiskFull(directory, failure.message);
    case "disk-failed":
      return storeDiskFailed(directory, failure.message);
    case "sync-failed":
      return storeSyncFailed(directory, failure.message);
    case "fault-of-ours":
      return storeStopped(directory, failure.message);
  }
  return failure.reason satisfies never;
}

const ignore = (): void => undefined;
