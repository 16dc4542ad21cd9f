// What the main thread and the kernel thread tell each other, as order-thread.ts has it.
import type { Homes } from "./kernel-namespaces.ts";
import type { StartedProgram } from "./kernel-programs.ts";
import type { ImageRequest, MountRequest, RunRequest, RunResult, ShownPath } from "./kernel.ts";

/** What is asked: see `Kernel`. */
export type KernelOrder =
  | { readonly kind: "run"; readonly request: RunRequest }
  | { readonly kind: "show"; readonly pid: number; readonly shown: readonly ShownPath[] }
  | { readonly kind: "mount"; readonly request: MountRequest }
  | { readonly kind: "mount-image"; readonly request: ImageRequest }
  | { readonly kind: "unmount"; readonly target: string }
  | { readonly kind: "ended"; readonly pid: number }
  | { readonly kind: "kill"; readonly pid: number };

/** What an order answers: how a program ended, a descriptor, or nothing. */
export type AnswerOf<Order extends KernelOrder> = Order extends { readonly kind: "run" } ? RunResult : Order extends { readonly kind: "unmount" } ? number : void;
export type KernelAnswer = AnswerOf<KernelOrder>;

/** A descriptor in epoll, and whose order waits for it. */
export type Wait =
  | { readonly kind: "child"; readonly fd: number; readonly id: number; readonly started: StartedProgram }
  | { readonly kind: "process"; readonly fd: number; readonly ids: readonly number[]; readonly pid: number };

export interface KernelHandover {
  readonly homes: Homes;
  readonly waits: readonly Wait[];
}
