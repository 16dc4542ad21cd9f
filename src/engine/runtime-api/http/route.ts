// What a route of the guest-facing HTTP API gets and gives. One file a route in ../routes/, listed in routes.ts.
import type { Invocation, RuntimePort } from "../runtime-port.ts";
import type { Answer } from "./connection.ts";
import type { Reply } from "./reply.ts";
import type { GuestRequest } from "./request-reader.ts";

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** The whole path; a group, if there is one, is the request id. */
  readonly path: RegExp;
  /** Returns the reply, or undefined when it will be sent later. Throws the Fault to reply with. */
  run(call: RouteCall): Reply | undefined;
}

interface RouteCall {
  readonly request: GuestRequest;
  /** From the path; empty for routes without one. */
  readonly requestId: string;
  readonly port: RuntimePort;
  readonly exchange: Exchange;
  readonly answer: Answer;
}

export type EncodeInvocation = (invocation: Invocation, invocationId: string) => Reply;

/** The side of the exchange that outlives one request: events out, and which attempt is with the guest. */
export interface Exchange {
  /** Sends the next event, now or later, as `encode` writes it. */
  poll(answer: Answer, encode: EncodeInvocation): void;
  /** Throws InvalidInvocationId when the client names an attempt that is not the one in progress. */
  checkAttempt(request: GuestRequest): void;
}
