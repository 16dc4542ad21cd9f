// The main thread's end of the reading thread, which starts with the first read.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { Worker } from "node:worker_threads";
import type { Fault } from "../../core/faults.ts";
import { storeClosed, storeDiskFailed } from "../faults.ts";
import type { ReadJob, ReadRows } from "../ledger/job.ts";
import { entryOf, type FromReader, type ThreadStart, type ToReader } from "./thread-message.ts";

type AnyRow = ReadRows[ReadJob["kind"]];

interface Pending {
  readonly take: (rows: readonly AnyRow[]) => void;
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

/** Rows come in portions, each asked for when the one before is decoded: no scan holds the event loop up for long. */
export class ReaderThread {
  readonly #start: ThreadStart;
  readonly #directory: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #reads = 0;
  #closed = false;

  constructor(path: string, directory: string) {
    this.#start = { path, nowMs: 0 };
    this.#directory = directory;
  }

  async read<Job extends ReadJob, Value>(job: Job, decode: (row: ReadRows[Job["kind"]]) => Value): Promise<readonly Value[]> {
    if (this.#closed) throw storeClosed(this.#directory);
    this.#worker ??= this.#startWorker();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const values: Value[] = [];
    this.#reads += 1;
    const message: ToReader = { id: this.#reads, job };
    // The thread answers each kind of job with the rows of that kind.
    const take = (rows: readonly AnyRow[]): void => void values.push(...(rows as ReadRows[Job["kind"]][]).map(decode));
    this.#pending.set(message.id, { take, resolve, reject });
    this.#worker.postMessage(message);
    await promise;
    return values;
  }

  /** Resolves when the thread has ended. Reads that are not done by then fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => void worker.once("exit", () => resolve()));
    worker.postMessage(undefined);
    await ended;
  }

  #startWorker(): Worker {
    const worker = new Worker(entryOf("reader-thread", import.meta.url), { workerData: this.#start, execArgv: [] });
    worker.on("message", (message: FromReader) => this.#settle(message));
    worker.on("error", (error) => this.#fail(storeDiskFailed(this.#directory, error)));
    worker.once("exit", () => {
      // The next read starts another.
      if (this.#worker === worker) this.#worker = undefined;
      this.#fail(storeClosed(this.#directory));
    });
    return worker;
  }

  #settle(message: FromReader): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === "failed") {
      this.#pending.delete(message.id);
      pending.reject(storeDiskFailed(this.#directory, message.message));
      return;
    }
    try {
      // A decoder that throws ends its own read and nobody else's.
      pending.take(message.rows);
    } catch (error) {
      this.#pending.delete(message.id);
      pending.reject(storeDiskFailed(this.#directory, error));
      return;
    }
    if (message.isLast) {
      this.#pending.delete(message.id);
      pending.resolve();
    } else {
      const more: ToReader = { id: message.id };
      this.#worker?.postMessage(more);
    }
  }

  #fail(fault: Fault): void {
    for (const pending of this.#pending.values()) pending.reject(fault);
    this.#pending.clear();
  }
}
