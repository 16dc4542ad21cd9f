// A thread that carries out orders, as the main thread has it: an order is a message, and its answer settles a promise.
// Descriptors are the process's: what a thread has opened outlives it. So a thread that fails, or that cannot go on, has a
// successor, which begins with what it left.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { KernelError } from "./kernel-error.ts";

/** Undefined: end. */
export type ToThread<Order> = { readonly id: number; readonly order: Order } | undefined;

export type FromThread<Answer, Handover> =
  /** It works. `handover`: what its successor begins with, should it fail; told again when that is another. */
  | { readonly kind: "ready"; readonly handover: Handover }
  | { readonly kind: "done"; readonly id: number; readonly answer: Answer }
  | { readonly kind: "failed"; readonly id: number; readonly fault: PlainFault }
  /** The thread cannot do its work on this machine, and ends. */
  | { readonly kind: "unusable"; readonly fault: PlainFault }
  /** The thread cannot go on, and ends. `begun`: orders that its successor answers, by what it is handed over. */
  | { readonly kind: "lost"; readonly handover: Handover; readonly begun: readonly number[] };

/** `workerData`. */
export interface ThreadStart<Handover> {
  /**
   * Here a thread without an event loop leaves the number of its eventfd, which is written to wake it, before it looks for
   * messages: who posts one and then finds no number need not wake it.
   */
  readonly wake: Int32Array<SharedArrayBuffer>;
  /** What it takes over from the one before. */
  readonly handover: Handover | undefined;
}

/** An error as it goes from thread to thread, which keep only the message of one. */
export interface PlainFault {
  readonly syscall: string;
  readonly code: string;
  readonly message: string;
}

export function toPlainFault(error: unknown): PlainFault {
  if (error instanceof KernelError) return { syscall: error.syscall, code: error.code, message: error.message };
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EIO";
  return { syscall: "", code, message: error instanceof Error ? error.message : String(error) };
}

const toKernelError = ({ syscall, code, message }: PlainFault): KernelError => new KernelError(syscall, code, message);

export interface OrderThreadOptions {
  /** For people. */
  readonly name: string;
  /** The thread's file as this one has it: TypeScript in a checkout, JavaScript in the package. */
  readonly entry: URL;
}

interface Pending<Order, Answer> {
  readonly order: Order;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: KernelError) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly wake: Int32Array<SharedArrayBuffer>;
}

/** What is added to a thread's eventfd to wake it. */
const one = new BigUint64Array([1n]);

export class OrderThread<Order, Answer, Handover> {
  readonly #options: OrderThreadOptions;
  readonly #pending = new Map<number, Pending<Order, Answer>>();
  #orders = 0;
  #thread: Thread;
  /** Of the thread that is there, when it is ready. */
  #handover: Handover | undefined;
  /** Why there is no thread any more. */
  #unusable: KernelError | undefined;
  #closing: Promise<void> | undefined;
  // A thread that waits in the kernel would hold up the end of the process.
  readonly #onExit = (): void => this.#post(undefined);

  constructor(options: OrderThreadOptions) {
    this.#options = options;
    this.#thread = this.#start(undefined);
    process.once("exit", this.#onExit);
  }

  /** Rejects with a KernelError. */
  order(order: Order): Promise<Answer> {
    if (this.#unusable !== undefined) return Promise.reject(this.#unusable);
    this.#orders += 1;
    const id = this.#orders;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#pending.set(id, { order, resolve, reject });
    this.#post({ id, order });
    return promise;
  }

  /** Orders that are under way reject. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    process.removeListener("exit", this.#onExit);
    const closed = new KernelError("", "ECANCELED", `${this.#options.name} is being closed`);
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

  #post(message: ToThread<Order>): void {
    const { worker, wake } = this.#thread;
    worker.postMessage(message);
    const fd = Atomics.load(wake, 0);
    if (fd !== 0) writeSync(fd, one);
  }

  #start(handover: Handover | undefined): Thread {
    const start: ThreadStart<Handover> = { wake: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), handover };
    // None of its descriptors is closed with it.
    const worker = new Worker(this.#options.entry, { workerData: start, execArgv: [], trackUnmanagedFds: false, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    const thread = { worker, wake: start.wake };
    const isThere = (): boolean => this.#thread === thread;
    const fail = (why: string): void => {
      if (isThere()) this.#fail(new KernelError("", "EIO", `${this.#options.name} has failed: ${why}`));
    };
    worker.on("message", (message: FromThread<Answer, Handover>) => this.#take(message));
    worker.on("error", (error) => fail(String(error)));
    worker.on("exit", () => fail("it has ended"));
    return thread;
  }

  #take(message: FromThread<Answer, Handover>): void {
    switch (message.kind) {
      case "ready":
        this.#handover = message.handover;
        return;
      case "done":
        this.#settle(message.id)?.resolve(message.answer);
        return;
      case "failed":
        this.#settle(message.id)?.reject(toKernelError(message.fault));
        return;
      case "unusable":
        this.#handover = undefined;
        this.#fail(toKernelError(message.fault));
        return;
      case "lost":
        this.#succeed(message.handover, new Set(message.begun));
        return;
      default:
        message satisfies never;
    }
  }

  #settle(id: number): Pending<Order, Answer> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** What is under way fails; what comes later has a new thread, if this one could work. */
  #fail(fault: KernelError): void {
    if (this.#unusable !== undefined) return;
    this.#reject(fault);
    if (this.#handover === undefined) this.#unusable = fault;
    else this.#succeed(this.#handover, new Set());
  }

  #succeed(handover: Handover, begun: ReadonlySet<number>): void {
    if (this.#unusable !== undefined) return;
    closeWake(this.#thread);
    this.#handover = undefined;
    this.#thread = this.#start(handover);
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
