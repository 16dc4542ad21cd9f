// Faults of starting a sandbox. `Runtime.InvalidEntrypoint` is the function's (AWS's name, an outcome of an invoke);
// `SandboxStartFailed` is the host's.
import { Fault } from "../core/faults.ts";

export const sandboxStartFailed = (id: string, cause: unknown): Fault =>
  new Fault({
    code: "SandboxStartFailed",
    status: 500,
    message: `The execution environment ${id} could not be started: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });

/** The program of a function cannot be executed; AWS words the message as the Go runtime does. */
export const entrypointInvalid = (message: string, cause?: unknown): Fault =>
  new Fault({ code: "Runtime.InvalidEntrypoint", status: 502, message, cause });
