// Faults of finding and installing languages.
import { Fault } from "../../core/faults.ts";
import { missingVersionText } from "../../functions/runtime-management.ts";

/** AWS's answer to an invoke whose runtime it cannot provide; ours says what to do. */
export const runtimeMissing = (id: string, install: string): Fault =>
  new Fault({
    code: "InvalidRuntimeException",
    status: 502,
    message: `The runtime ${id} is not installed on this machine. ${install}`,
  });

/** The same for a Java that is there, without the client through which it speaks. */
export const javaClientUnavailable = (id: string, cause: unknown): Fault =>
  new Fault({
    code: "InvalidRuntimeException",
    status: 502,
    message:
      `The runtime ${id} needs AWS's runtime client for Java, which could not be fetched: ${cause instanceof Error ? cause.message : String(cause)}\n` +
      `As soon as Maven's repository is within reach: lambent runtimes add ${id}`,
    cause,
  });

/** The same for the version that a function is pinned to. */
export const runtimeVersionMissing = (id: string, version: string): Fault =>
  new Fault({ code: "InvalidRuntimeException", status: 502, message: missingVersionText(id, version) });

export const runtimeVersionUnknown = (id: string, version: string): Fault =>
  new Fault({ code: "RuntimeVersionUnknown", status: 400, message: `${version} is not a version of ${id}: write all of its numbers, as in nodejs22.x@22.11.0.` });

export const runtimeUnknown = (id: string): Fault =>
  new Fault({ code: "RuntimeUnknown", status: 400, message: `${id} is not a runtime of AWS Lambda.` });

export const runtimeNotInstalled = (id: string, reason: string, cause?: unknown): Fault =>
  new Fault({ code: "RuntimeNotInstalled", status: 500, message: `${id} could not be installed: ${reason}`, cause });

export const inspectorNotInstalled = (id: string, name: string, cause: unknown): Fault =>
  new Fault({
    code: "InspectorNotInstalled",
    status: 502,
    message: `${name}, which debuggers of ${id} need, could not be installed: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
