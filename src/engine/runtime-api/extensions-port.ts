// What the HTTP front and an environment say to each other about extensions (Extensions API 2020-01-01,
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html). The front knows HTTP, the environment
// knows which extensions there are and what each may do now.
import type { Fault } from "../../core/faults.ts";

/** What an extension may subscribe to. */
export type ExtensionEventType = "INVOKE" | "SHUTDOWN";

/** `timeout` and `failure` come before a reset, `spindown` at the end. */
export type ShutdownReason = "spindown" | "timeout" | "failure";

/** As it goes out: the members are those of the wire. */
export type ExtensionEvent =
  | {
      readonly eventType: "INVOKE";
      /** Unix epoch milliseconds, whole. */
      readonly deadlineMs: number;
      readonly requestId: string;
      readonly invokedFunctionArn: string;
      readonly tracing?: { readonly type: "X-Amzn-Trace-Id"; readonly value: string };
    }
  | { readonly eventType: "SHUTDOWN"; readonly shutdownReason: ShutdownReason; readonly deadlineMs: number };

export interface ExtensionRegistration {
  /** For an external one the name of its file. */
  readonly name: string;
  /** As sent: any strings, repeated or not. */
  readonly events: readonly string[];
}

export interface RegisteredExtension {
  /** UUID, lower case, by which it is known from now on. */
  readonly identifier: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handler: string;
  readonly accountId: string;
}

/** An error as an extension reports it. */
export interface ExtensionError {
  /** `Lambda-Extension-Function-Error-Type` as sent, never empty. */
  readonly errorType: string;
}

/** One `next` of an extension that waits. Exactly one of both, once. */
export interface ExtensionPoll {
  deliver(event: ExtensionEvent): void;
  /** The extension has left the state in which it could get an event. */
  refuse(fault: Fault): void;
}

/** The environment as its extensions reach it. Each call throws a Fault of status 403 when it may not be. */
export interface ExtensionsPort {
  register(registration: ExtensionRegistration): RegisteredExtension;
  /** `poll` is answered from inside the call or later. */
  next(identifier: string, poll: ExtensionPoll): void;
  /** The client of a waiting poll has gone: its event waits for the next one. */
  lost(identifier: string, poll: ExtensionPoll): void;
  failInit(identifier: string, error: ExtensionError): void;
  failExit(identifier: string, error: ExtensionError): void;
}
