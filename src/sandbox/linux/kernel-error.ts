// A call that the kernel refused, shaped as Node.js shapes its own errors.

export class KernelError extends Error {
  /** The name of the errno, e.g. `ESRCH`. */
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, code: string, message: string) {
    super(message);
    this.name = "KernelError";
    this.syscall = syscall;
    this.code = code;
  }
}
