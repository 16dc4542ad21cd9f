// Faults of finding and installing languages.
import { Fault } from "../../core/faults.ts";

/** AWS's answer to an invoke whose runtime it cannot provide; ours says what to do. */
export const runtimeMissing = (id: string, install: string): Fault =>
  new Fault({
    code: "InvalidRuntimeException",
    status: 502,
    message: `The runtime ${id} is not installed on this machine. ${install}`,
  });

export const runtimeUnknown = (id: string): Fault =>
  new Fault({ code: "RuntimeUnknown", status: 400, message: `${id} is not a runtime of AWS Lambda.` });

export const runtimeNotInstalled = (id: string, reason: string, cause?: unknown): Fault =>
  new Fault({ code: "RuntimeNotInstalled", status: 500, message: `${id} could not be installed: ${reason}`, cause });
