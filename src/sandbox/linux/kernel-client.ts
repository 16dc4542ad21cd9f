// The main thread's end of the kernel thread.
import { close } from "node:fs";
import { promisify } from "node:util";
import type { AnswerOf, KernelAnswer, KernelHandover, KernelOrder } from "./kernel-message.ts";
import type { ImageRequest, Kernel, MountRequest, RunRequest, RunResult, ShownPath } from "./kernel.ts";
import { OrderThread } from "./order-thread.ts";

/** TypeScript in a checkout, JavaScript in the package. */
const entry = new URL(`./kernel-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

export class KernelThread implements Kernel {
  readonly #thread = new OrderThread<KernelOrder, KernelAnswer, KernelHandover>({ name: "the kernel thread", entry });

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
    return this.#thread.close();
  }

  /** The thread answers each kind of order with what that kind answers. */
  #order<Order extends KernelOrder>(order: Order): Promise<AnswerOf<Order>> {
    return this.#thread.order(order) as Promise<AnswerOf<Order>>;
  }
}
