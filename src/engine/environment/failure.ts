// How an invoke fails when it is the function that failed: what the caller gets, what REPORT says. Payloads are
// Lambda's own; what a runtime reported passes through unchanged.
import type { SandboxExit } from "../../sandbox/sandbox.ts";
import type { Outcome } from "../log/platform-events.ts";
import type { ExtensionFailure } from "./extensions.ts";
import { maxResponseBytes, type ReportedError, type RuntimeResponse } from "../runtime-api/runtime-port.ts";

export interface Failure {
  readonly payload: Uint8Array;
  readonly report: Outcome;
  /** What Lambda itself writes into the log about it, besides REPORT; undefined where the runtime gave an answer. */
  readonly fault: ((requestId: string, timeMs: number) => string) | undefined;
  /** JSON for the invoke's trace, of at most 64 KiB: it shows code and paths, and is not for logs. */
  readonly xrayCause?: string;
}

export function reported({ errorType, body, xrayCause }: ReportedError): Failure {
  const report: Outcome = { status: "error", errorType: platformErrorType(errorType) };
  return { payload: body, report, fault: undefined, ...(xrayCause === undefined ? {} : { xrayCause }) };
}

export function timedOut(requestId: string, timeoutSeconds: number): Failure {
  const seconds = timeoutSeconds.toFixed(2);
  return {
    payload: payload("Sandbox.Timedout", `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`),
    report: { status: "timeout" },
    // Log filters in use look for this text.
    fault: (id, timeMs) => `${new Date(timeMs).toISOString()} ${id} Task timed out after ${seconds} seconds`,
  };
}

export function exited(requestId: string, exit: SandboxExit): Failure {
  const text = exitText(exit);
  return {
    payload: payload("Runtime.ExitError", `RequestId: ${requestId} Error: ${text}`),
    // The payload of a function that ran out of memory says "signal: killed"; its log says why.
    report: { status: "error", errorType: exit.outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError" },
    fault: (id) => `RequestId: ${id} Error: ${text}\nRuntime.ExitError`,
  };
}

/** What has AWS's type and words already: a program that cannot be executed, an extension that cannot be started. */
export function failedWith(requestId: string, errorType: string, message: string): Failure {
  return {
    payload: payload(errorType, `RequestId: ${requestId} Error: ${message}`),
    report: { status: "error", errorType },
    fault: (id) => `RequestId: ${id} Error: ${message}\n${errorType}`,
  };
}

/** An extension reported an error, or its process ended before its time. */
export const extensionFailed = (requestId: string, errorType: ExtensionFailure, exit: SandboxExit): Failure =>
  failedWith(requestId, errorType, exit.exitCode === 0 ? "exit code 0" : exitStatus(exit));

/** What the caller of a streamed response is told; the payload of an error that the runtime reported is its own. */
export const errorTypeOf = ({ report }: Failure): string => (report.status === "error" ? report.errorType : "Sandbox.Timedout");

/** Undefined when there is nothing wrong with it. */
export function responseFailure(requestId: string, response: RuntimeResponse): Failure | undefined {
  switch (response.kind) {
    case "whole":
      return response.body.length > maxResponseBytes ? responseTooLarge() : undefined;
    case "too-large":
      return responseTooLarge();
    case "truncated":
      return responseTruncated(requestId);
    case "bad-mode":
      return badResponse(requestId, "Runtime.InvalidResponseModeHeader");
    default:
      return response satisfies never;
  }
}

export function responseTooLarge(limitBytes = maxResponseBytes): Failure {
  const errorType = "Function.ResponseSizeTooLarge";
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`;
  return {
    payload: Buffer.from(JSON.stringify({ errorMessage, errorType })),
    report: { status: "error", errorType },
    fault: undefined,
  };
}

export const responseTruncated = (requestId: string): Failure => badResponse(requestId, "Runtime.TruncatedResponse");

/** A response that the Runtime API refused. */
function badResponse(requestId: string, errorType: "Runtime.TruncatedResponse" | "Runtime.InvalidResponseModeHeader"): Failure {
  return {
    payload: payload(errorType, `RequestId: ${requestId} Error: ${errorType}`),
    report: { status: "error", errorType },
    fault: undefined,
  };
}

/** What logs keep of `Lambda-Runtime-Function-Error-Type`; the payload is not touched by it. */
function platformErrorType(sent: string): string {
  // INVARIANT: nothing that could begin a new line or field reaches the log.
  if (/(?:Runtime|Function)\.[A-Z][a-zA-Z]+/.test(sent) && /^[\x21-\x7e]{1,256}$/.test(sent)) return sent;
  return sent.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

const payload = (errorType: string, errorMessage: string): Buffer => Buffer.from(JSON.stringify({ errorType, errorMessage }));

function exitText({ exitCode, signal }: SandboxExit): string {
  return signal === undefined && exitCode === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: ${exitStatus({ exitCode, signal })}`;
}

const exitStatus = ({ exitCode, signal }: Omit<SandboxExit, "outOfMemory">): string =>
  signal === undefined ? `exit status ${exitCode ?? "unknown"}` : `signal: ${signalTexts[signal] ?? signal.toLowerCase()}`;

/** Go's names, which is what Lambda's supervisor prints. */
const signalTexts: Readonly<Record<string, string>> = {
  SIGABRT: "aborted",
  SIGALRM: "alarm clock",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGHUP: "hangup",
  SIGILL: "illegal instruction",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGPIPE: "broken pipe",
  SIGQUIT: "quit",
  SIGSEGV: "segmentation fault",
  SIGSYS: "bad system call",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
  SIGXCPU: "CPU time limit exceeded",
  SIGXFSZ: "file size limit exceeded",
};
