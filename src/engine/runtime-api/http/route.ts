// What a route of the guest-facing HTTP API gets and gives. One file a route in ../routes/, listed in routes.ts.
import type { Ids } from "../../../core/ids.ts";
import type { EnvironmentMetadata } from "../environment-metadata.ts";
import type { ExtensionsPort } from "../extensions-port.ts";
import type { Invocation, RuntimePort } from "../runtime-port.ts";
import type { TelemetryPort } from "../telemetry-port.ts";
import type { BodyTaker } from "./body-taker.ts";
import type { Answer } from "./answer.ts";
import type { SpoiltBody } from "./kept-body.ts";
import type { Reply } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";

/** Everything that speaks HTTP to an environment from within it. */
export interface GuestPorts {
  readonly runtime: RuntimePort;
  readonly extensions: ExtensionsPort;
  readonly metadata: EnvironmentMetadata;
  readonly telemetry: TelemetryPort;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** The whole path; a group, if there is one, is the request id. */
  readonly path: RegExp;
  /** Bytes of body, at most; more is 413. Undefined: as much as a response may have. */
  readonly mostBodyBytes?: number;
  /** Returns the reply, or undefined when it will be sent later. Throws the Fault to reply with. */
  run(call: RouteCall, body: Uint8Array): Reply | undefined;
  /** Called instead of `run`, before the client hears of it, when the body did not come whole. */
  spoilt?(call: RouteCall, why: SpoiltBody): void;
  /** Called at the end of the head: the taker of a body that is to be used as it comes, which then answers. Undefined: `run` follows. */
  stream?(call: RouteCall): BodyTaker | undefined;
}

export interface RouteCall {
  readonly head: RequestHead;
  /** From the path; empty for routes without one. */
  readonly requestId: string;
  readonly ports: GuestPorts;
  readonly exchange: Exchange;
  readonly answer: Answer;
  readonly ids: Ids;
}

export type EncodeInvocation = (invocation: Invocation, invocationId: string) => Reply;

/** The side of the exchange that outlives one request: events out, and which attempt is with the guest. */
export interface Exchange {
  /** Sends the next event, now or later, as `encode` writes it. */
  poll(answer: Answer, encode: EncodeInvocation): void;
  /** Throws InvalidInvocationId when the client names an attempt that is not the one in progress. */
  checkAttempt(head: RequestHead, requestId: string): void;
}
