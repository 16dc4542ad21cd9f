// The main thread's end of the network thread: an order is a message, and its answer settles a promise.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { Worker } from "node:worker_threads";
import { KernelError } from "../kernel-error.ts";
import { toKernelError } from "../kernel-message.ts";
import type { AnswerOf, FromNetwork, NetworkOrder } from "./network-message.ts";

/** TypeScript in a checkout, JavaScript in the package. */
const entry = new URL(`./network-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

interface Pending {
  readonly resolve: (answer: AnswerOf<NetworkOrder>) => void;
  readonly reject: (fault: Error) => void;
}

export class NetworkThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #orders = 0;
  #ended: Error | undefined;

  constructor() {
    // Descriptors are the process's: none is closed with the thread that opened it.
    this.#worker = new Worker(entry, { execArgv: [], trackUnmanagedFds: false, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    this.#worker.unref();
    this.#worker.on("message", (message: FromNetwork) => this.#take(message));
    this.#worker.on("error", (error: Error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new KernelError("", "ECANCELED", "the network thread has ended")));
  }

  order<Order extends NetworkOrder>(order: Order): Promise<AnswerOf<Order>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#orders;
    this.#worker.postMessage({ id, order });
    const answer = new Promise<AnswerOf<NetworkOrder>>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    // The thread answers what the order asks for.
    return answer as Promise<AnswerOf<Order>>;
  }

  /** Undoes what is on the host. Orders that are under way come first. */
  async close(): Promise<void> {
    await this.order({ kind: "close" });
    await this.#worker.terminate();
  }

  #take(message: FromNetwork): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("fault" in message) pending?.reject(toKernelError(message.fault));
    else pending?.resolve(message.answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
