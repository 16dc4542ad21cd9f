// The main thread's end of the kernel thread: an order is a message, and its answer settles a promise.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { KernelError } from "./kernel-error.ts";
import { toKernelError, type AnswerOf, type FromKernel, type Handover, type KernelAnswer, type KernelDescriptors, type KernelOrder, type ToKernel, type Wait } from "./kernel-message.ts";
import type { Address, ImageRequest, Kernel, MountRequest, RunRequest, RunResult, ShownPath } from "./kernel.ts";

interface Pending {
  readonly order: KernelOrder;
  readonly resolve: (answer: KernelAnswer) => void;
  readonly reject: (fault: KernelError) => void;
}

/** What is added to the thread's eventfd to wake it. */
const one = new BigUint64Array([1n]);

export class KernelThread implements Kernel {
  readonly #pending = new Map<number, Pending>();
  #orders = 0;
  #worker: Worker;
  /** Known when the thread is ready; its successors take them over. */
  #descriptors: KernelDescriptors | undefined;
  /** Why there is no thread any more. */
  #unusable: KernelError | undefined;
  #closing: Promise<void> | undefined;
  // A thread that waits in the kernel would hold up the end of the process.
  readonly #onExit = (): void => this.#post(undefined);

  constructor() {
    this.#worker = this.#start(undefined);
    process.once("exit", this.#onExit);
  }

  run(request: RunRequest): Promise<RunResult> {
    return this.#order({ kind: "run", request });
  }

  show(pid: number, mounts: readonly ShownPath[]): Promise<void> {
    return this.#order({ kind: "show", pid, shown: mounts });
  }

  listenIn(pid: number, address: Address): Promise<number> {
    return this.#order({ kind: "listen", pid, address });
  }

  connectIn(pid: number, port: number): Promise<number> {
    return this.#order({ kind: "connect", pid, port });
  }

  mount(request: MountRequest): Promise<void> {
    return this.#order({ kind: "mount", request });
  }

  mountImage(request: ImageRequest): Promise<void> {
    return this.#order({ kind: "mount-image", request });
  }

  unmount(target: string): Promise<void> {
    return this.#order({ kind: "unmount", target });
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
    const worker = this.#worker;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    worker.once("exit", () => resolve());
    if (this.#unusable === undefined) {
      this.#post(undefined);
      await ended;
    }
    this.#fail(new KernelError("", "ECANCELED", "the kernel thread is being closed"));
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
    this.#worker.postMessage(message);
    // A thread that is starting looks for messages before it waits.
    if (this.#descriptors !== undefined) writeSync(this.#descriptors.wake, one);
  }

  #start(handover: Handover | undefined): Worker {
    // TypeScript in a checkout, JavaScript in the package.
    const entry = new URL(`./kernel-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
    // Descriptors are the process's: none is closed with the thread that opened it.
    const worker = new Worker(entry, { workerData: handover, execArgv: [], trackUnmanagedFds: false, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    worker.on("message", (message: FromKernel) => this.#take(message));
    worker.on("error", (error) => this.#fail(new KernelError("", "EIO", `the kernel thread has failed: ${String(error)}`)));
    return worker;
  }

  #take(message: FromKernel): void {
    switch (message.kind) {
      case "ready":
        this.#descriptors = message.descriptors;
        return;
      case "done":
        this.#settle(message.id)?.resolve(message.answer);
        return;
      case "failed":
        this.#settle(message.id)?.reject(toKernelError(message.fault));
        return;
      case "unusable":
        this.#fail(toKernelError(message.fault));
        return;
      case "lost":
        this.#succeed(message.waits);
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

  /** A new thread waits for what the former one waited for, and begins what it has not seen. */
  #succeed(waits: readonly Wait[]): void {
    if (this.#descriptors === undefined || this.#closing !== undefined) return;
    this.#worker = this.#start({ descriptors: this.#descriptors, waits });
    const begun = new Set(waits.flatMap((wait) => (wait.kind === "process" ? wait.ids : [wait.id])));
    for (const [id, { order }] of this.#pending) if (!begun.has(id)) this.#post({ id, order });
  }

  #fail(fault: KernelError): void {
    this.#unusable = fault;
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
  }
}
