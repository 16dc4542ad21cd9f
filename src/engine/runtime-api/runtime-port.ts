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
  /** JSON of a caller whose credentials are Cognito's: `{"cognitoIdentityId","cognitoIdentityPoolId"}`. */
  readonly cognitoIdentity?: string | undefined;
  /** Of a function that is isolated by tenant. */
  readonly tenantId?: string | undefined;
  readonly payload: Uint8Array;
}

/** An error as a runtime reports it; the body reaches the caller unchanged. */
export interface ReportedError {
  /** `Lambda-Runtime-Function-Error-Type` as sent. */
  readonly errorType: string;
  readonly body: Uint8Array;
  /** `Lambda-Runtime-Function-XRay-Error-Cause`: JSON for traces, of at most 64 KiB. */
  readonly xrayCause?: string;
}

export type RuntimeResponse =
  | { readonly kind: "whole"; readonly body: Uint8Array; readonly contentType?: string }
  /** More than the limit; what came was not kept. */
  | { readonly kind: "too-large" }
  /** The connection ended inside the body. */
  | { readonly kind: "truncated" }
  /** `Lambda-Runtime-Function-Response-Mode` with a value that does not exist. */
  | { readonly kind: "bad-mode" };

/** What a guest says before the first byte of a response that it streams. */
export interface ResponseHead {
  /** `application/octet-stream` where it says nothing. */
  readonly contentType: string;
}

/** Takes a streamed response from the guest. Once the invoke is over, of whatever cause, what comes is dropped. */
export interface ResponseSink {
  /**
   * One chunk as the guest wrote it. False: take no more from the guest until `onRoom`; what was given is taken. Throws
   * RequestEntityTooLarge (413) over the limit: 200 MB, and 6 MiB for a caller who wants it whole.
   */
  write(bytes: Uint8Array): boolean;
  /** Set once; called whenever there is room again after a `false`. */
  onRoom(listener: () => void): void;
  end(): void;
  /** The function failed in the middle: trailers over HTTP, an END frame with an error on the channel. */
  fail(error: ReportedError): void;
  /** The connection of the guest broke off inside the body. */
  truncate(): void;
}

/** The environment as its guest reaches it. Each call throws a Fault when it comes at the wrong time. */
export interface RuntimePort {
  /** Events that may be with the guest at once. */
  readonly concurrency: number;
  /** The guest waits for an event; `receiver.deliver` brings it, at once or later. */
  next(receiver: EventReceiver): void;
  respond(requestId: string, response: RuntimeResponse): void;
  /** The guest streams its response from here on. */
  beginResponse(requestId: string, head: ResponseHead): ResponseSink;
  fail(requestId: string, error: ReportedError): void;
  failInit(error: ReportedError): void;
  /** The guest sent what no client sends: its environment ends. */
  violate(reason: string): void;
}

/** The front by which a guest asked: a function may speak through either of its environment's. */
export interface EventReceiver {
  deliver(invocation: Invocation): void;
  /** From now on the guest's process must not stand still while it waits. Undefined: it never does. */
  release?(): void;
}

export interface RuntimeFront extends EventReceiver {
  /** From now on the guest is not heard. */
  close(): void;
}

/** Requests for the next event that may wait at once in an environment of several slots: as many as AWS lets it run events. */
export const mostPolls = 1600;

/** 6 MiB and 100 bytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxResponseBytes = 6_291_556;

/** 200 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html */
export const maxStreamedBytes = 200 * 1024 * 1024;
