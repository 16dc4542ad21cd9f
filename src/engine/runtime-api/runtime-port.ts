// What both fronts of the Runtime API (framed channel, HTTP) and an environment say to each other. The environment
// cannot tell the fronts apart.

/** One event on its way to the guest. */
export interface Invocation {
  readonly requestId: string;
  /** Unix epoch milliseconds at which the timeout strikes. */
  readonly deadlineMs: number;
  readonly invokedArn: string;
  readonly trace: string | undefined;
  readonly clientContext: string | undefined;
  readonly payload: Uint8Array;
}

/** An error as a runtime reports it; the body reaches the caller unchanged. */
export interface ReportedError {
  /** `Lambda-Runtime-Function-Error-Type` as sent. */
  readonly errorType: string;
  readonly body: Uint8Array;
}

export type RuntimeResponse =
  | { readonly kind: "whole"; readonly body: Uint8Array }
  /** More than the limit; what came was not kept. */
  | { readonly kind: "too-large" }
  /** The connection ended inside the body. */
  | { readonly kind: "truncated" }
  /** `Lambda-Runtime-Function-Response-Mode` with a value that does not exist. */
  | { readonly kind: "bad-mode" };

/** The environment as its guest reaches it. Each call throws a Fault when it comes at the wrong time. */
export interface RuntimePort {
  /** The guest waits for an event; `RuntimeFront.deliver` brings it, at once or later. */
  next(): void;
  respond(requestId: string, response: RuntimeResponse): void;
  fail(requestId: string, error: ReportedError): void;
  failInit(error: ReportedError): void;
  /** The guest sent what no client sends: its environment ends. */
  violate(reason: string): void;
}

export interface RuntimeFront {
  deliver(invocation: Invocation): void;
  /** From now on the guest is not heard. */
  close(): void;
}

/** 6 MiB and 100 bytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxResponseBytes = 6_291_556;
