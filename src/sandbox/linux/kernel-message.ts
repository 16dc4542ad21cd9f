// What the main thread and the kernel thread tell each other.
import { KernelError } from "./kernel-error.ts";
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

/** Undefined: end. */
export type ToKernel = { readonly id: number; readonly order: KernelOrder } | undefined;

/** What an order answers: how a program ended, a descriptor, or nothing. */
export type AnswerOf<Order extends KernelOrder> = Order extends { readonly kind: "run" } ? RunResult : Order extends { readonly kind: "unmount" } ? number : void;
export type KernelAnswer = AnswerOf<KernelOrder>;

export type FromKernel =
  /** `mount`: a descriptor of the kernel's mount namespace. Descriptors are the process's: they outlive the thread. */
  | { readonly kind: "ready"; readonly mount: number }
  | { readonly kind: "done"; readonly id: number; readonly answer: KernelAnswer }
  | { readonly kind: "failed"; readonly id: number; readonly fault: PlainFault }
  /** The thread cannot do its work on this machine, and ends. */
  | { readonly kind: "unusable"; readonly fault: PlainFault }
  /** The thread could not return from a container's namespace, and ends. A successor goes on with what it waited for. */
  | { readonly kind: "lost"; readonly waits: readonly Wait[]; readonly leftGroups: readonly number[] };

/** A descriptor in epoll, and whose order waits for it. */
export type Wait =
  | { readonly kind: "child"; readonly fd: number; readonly id: number; readonly started: StartedProgram }
  | { readonly kind: "process"; readonly fd: number; readonly ids: readonly number[]; readonly pid: number };

export interface ThreadStart {
  /**
   * Here the thread leaves the number of its eventfd, which is written to wake it, before it looks for messages: who
   * posts one and then finds no number need not wake it.
   */
  readonly wake: Int32Array<SharedArrayBuffer>;
  /** What it takes over from the one before. */
  readonly handover: Handover | undefined;
}

export interface Handover {
  readonly mount: number;
  readonly waits: readonly Wait[];
  /** Process groups of programs that have ended, and of which something may be left. */
  readonly leftGroups: readonly number[];
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

export const toKernelError = ({ syscall, code, message }: PlainFault): KernelError => new KernelError(syscall, code, message);
