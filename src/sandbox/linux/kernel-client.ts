// The main thread's end of the kernel thread: an order is a message, and its answer settles a promise.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { close, closeSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { KernelError } from "./kernel-error.ts";
import { toKernelError, type AnswerOf, type FromKernel, type Handover, type KernelAnswer, type KernelOrder, type ThreadStart, type ToKernel } from "./kernel-message.ts";
import type { ImageRequest, Kernel, MountRequest, RunRequest, RunResult, ShownPath } from "./kernel.ts";

interface Pending {
  readonly order: KernelOrder;
  readonly resolve: (answer: KernelAnswer) => void;
  readonly reject: (fault: KernelError) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly wake: ThreadStart["wake"];
}

/** What is added to the thread's eventfd to wake it. */
const one = new BigUint64Array([1n]);

export class KernelThread implements Kernel {
  readonly #pending = new Map<number, Pending>();
  #orders = 0;
  #thread: Thread;
  /** The thread's mount namespace, when it is ready. */
  #mount: number | undefined;
  /** Why there is no thread any more. */
  #unusable: KernelError | undefined;
  #closing: Promise<void> | undefined;
  // A thread that waits in the kernel would hold up the end of the process.
  readonly #onExit = (): void => this.#post(undefined);

  constructor() {
    this.#thread = this.#start(undefined);
    process.once("exit", this.#onExit);
  }

  run(request: RunRequest): Promise<RunResult> {
    return this.#order({ kind: "run", request });
  }

  show(pid: number, mounts: readonly ShownPath[]): Promise<void> {
    return this.#order({ kind: "show", pid, shown: mounts });
  }

  mount(request: MountRequest): Promise<void> {
    return this.#order({ kind: "mount", request });
  }

  mountImage(request: ImageRequest): Promise<void> {
    return this.#order({ kind: "mount-image", request });
  }

  async unmount(target: string): Promise<void> {
    const held = await this.#order({ kind: "unmount", target });
    // Writing back a full disk takes seconds, which the thread must not wait for. (A program that is being forked has a copy
    // of the descriptor, and may be who waits.)
    await promisify(close)(held);
  }

  ended(pid: number): Promise<void> {
    return this.#order({ kind: "ended", pid });
  }

  kill(pid: number): Promise<void> {
    return this.#order({ kind: "kill", pid });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    process.removeListener("exit", this.#onExit);
    const closed = new KernelError("", "ECANCELED", "the kernel thread is being closed");
    if (this.#unusable === undefined) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      this.#thread.worker.once("exit", () => resolve());
      this.#post(undefined);
      this.#unusable = closed;
      await ended;
      closeWake(this.#thread);
    }
    this.#reject(closed);
  }

  #order<Order extends KernelOrder>(order: Order): Promise<AnswerOf<Order>> {
    if (this.#unusable !== undefined) return Promise.reject(this.#unusable);
    this.#orders += 1;
    const id = this.#orders;
    const { promise, resolve, reject } = Promise.withResolvers<AnswerOf<Order>>();
    // The thread answers each kind of order with what that kind answers.
    this.#pending.set(id, { order, resolve: resolve as Pending["resolve"], reject });
    this.#post({ id, order });
    return promise;
  }

  #post(message: ToKernel): void {
    const { worker, wake } = this.#thread;
    worker.postMessage(message);
    const fd = Atomics.load(wake, 0);
    if (fd !== 0) writeSync(fd, one);
  }

  #start(handover: Handover | undefined): Thread {
    // TypeScript in a checkout, JavaScript in the package.
    const entry = new URL(`./kernel-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
    const start: ThreadStart = { wake: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), handover };
    // Descriptors are the process's: none is closed with the thread that opened it.
    const worker = new Worker(entry, { workerData: start, execArgv: [], trackUnmanagedFds: false, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    worker.on("message", (message: FromKernel) => this.#take(message));
    worker.on("error", (error) => this.#fail(new KernelError("", "EIO", `the kernel thread has failed: ${String(error)}`)));
    return { worker, wake: start.wake };
  }

  #take(message: FromKernel): void {
    switch (message.kind) {
      case "ready":
        this.#mount = message.mount;
        return;
      case "done":
        this.#settle(message.id)?.resolve(message.answer);
        return;
      case "failed":
        this.#settle(message.id)?.reject(toKernelError(message.fault));
        return;
      case "unusable":
        this.#mount = undefined;
        this.#fail(toKernelError(message.fault));
        return;
      case "lost":
        this.#succeed(message);
        return;
      default:
        message satisfies never;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** What is under way fails; what comes later has a new thread, if there was one that could work. */
  #fail(fault: KernelError): void {
    this.#reject(fault);
    if (this.#mount === undefined) this.#unusable = fault;
    else this.#succeed({ waits: [], leftGroups: [] });
  }

  /** A new thread waits for what the former one waited for, and begins what that has not seen. */
  #succeed({ waits, leftGroups }: Omit<Handover, "mount">): void {
    if (this.#unusable !== undefined || this.#mount === undefined) return;
    closeWake(this.#thread);
    this.#thread = this.#start({ mount: this.#mount, waits, leftGroups });
    const begun = new Set(waits.flatMap((wait) => (wait.kind === "process" ? wait.ids : [wait.id])));
    for (const [id, { order }] of this.#pending) if (!begun.has(id)) this.#post({ id, order });
  }

  #reject(fault: KernelError): void {
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
  }
}

/** Ours to close: a thread that is awake may end before it is woken to do so. */
function closeWake({ wake }: Thread): void {
  const fd = Atomics.exchange(wake, 0, 0);
  if (fd !== 0) closeSync(fd);
}
