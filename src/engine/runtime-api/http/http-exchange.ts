// Requests of one environment's guest, whichever connections they come on: routes them, and keeps the poll that the next
// event answers.
import { Fault } from "../../../core/faults.ts";
import type { Ids } from "../../../core/ids.ts";
import { foreignRequest, invalidInvocationId, requestEntityTooLarge, truncatedRequest } from "../faults.ts";
import { maxResponseBytes, type EventReceiver, type Invocation } from "../runtime-port.ts";
import type { BodyTaker } from "./body-taker.ts";
import type { Answer } from "./answer.ts";
import type { ConnectionOwner } from "./connection.ts";
import { KeptBody, skippedBody, type SpoiltBody } from "./kept-body.ts";
import { faultReply } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import type { EncodeInvocation, Exchange, GuestPorts, Route, RouteCall } from "./route.ts";
import { findRoute } from "./routes.ts";
import { StreamedBody } from "./streamed-body.ts";

export class HttpExchange implements Exchange, ConnectionOwner, EventReceiver {
  readonly #ports: GuestPorts;
  readonly #ids: Ids;
  readonly #address: string;
  #poll: { readonly answer: Answer; readonly encode: EncodeInvocation } | undefined;
  /** An event whose poll was lost before it came. */
  #undelivered: Invocation | undefined;
  #invocationId: string | undefined;

  constructor(ports: GuestPorts, ids: Ids, address: string) {
    this.#ports = ports;
    this.#ids = ids;
    this.#address = address;
  }

  deliver(invocation: Invocation): void {
    const poll = this.#poll;
    if (poll === undefined) {
      this.#undelivered = invocation;
      return;
    }
    this.#poll = undefined;
    this.#send(poll.answer, poll.encode, invocation);
  }

  poll(answer: Answer, encode: EncodeInvocation): void {
    const waiting = this.#undelivered;
    if (waiting !== undefined) {
      this.#undelivered = undefined;
      this.#send(answer, encode, waiting);
      return;
    }
    const former = this.#poll;
    // Before `next`: the environment may deliver from inside it.
    this.#poll = { answer, encode };
    answer.onGone(() => {
      if (this.#poll?.answer === answer) this.#poll = undefined;
    });
    try {
      this.#ports.runtime.next(this);
    } catch (error) {
      this.#poll = former;
      throw error;
    }
    // A client that lost its connection asks again on another one: nobody listens at the first.
    former?.answer.drop();
  }

  /** A client that says which attempt it answers must mean the present one, not one that was given up. */
  checkAttempt({ headers }: RequestHead): void {
    const named = headers.get("lambda-runtime-invocation-id");
    if (named !== undefined && named !== this.#invocationId) throw invalidInvocationId();
  }

  onRequest(head: RequestHead, answer: Answer): BodyTaker {
    try {
      this.#refuseBrowser(head);
      const { route, requestId } = findRoute(head.method, head.path);
      const call: RouteCall = { head, requestId, ports: this.#ports, exchange: this, answer, ids: this.#ids };
      const streamed = route.stream?.(call);
      if (streamed !== undefined) return new StreamedBody(streamed, answer);
      return new KeptBody(route.mostBodyBytes ?? maxResponseBytes, (body) => run(route, call, body));
    } catch (error) {
      refuse(answer, error);
      return skippedBody();
    }
  }

  /** A web page that finds our port, or points a name of its own at it, must not take the function's events. */
  #refuseBrowser({ headers }: RequestHead): void {
    const host = headers.get("host") ?? this.#address;
    if (host !== this.#address || headers.has("origin") || headers.has("sec-fetch-site")) throw foreignRequest();
  }

  #send(answer: Answer, encode: EncodeInvocation, invocation: Invocation): void {
    this.#invocationId = this.#ids.uuid();
    answer.send(encode(invocation, this.#invocationId));
  }
}

function run(route: Route, call: RouteCall, body: Buffer | SpoiltBody): void {
  try {
    if (typeof body === "string") throw spoilt(route, call, body);
    const reply = route.run(call, body);
    if (reply !== undefined) call.answer.send(reply);
  } catch (error) {
    refuse(call.answer, error);
  }
}

function spoilt(route: Route, call: RouteCall, why: SpoiltBody): Fault {
  route.spoilt?.(call, why);
  return why === "truncated" ? truncatedRequest() : requestEntityTooLarge(route.mostBodyBytes);
}

function refuse(answer: Answer, error: unknown): void {
  if (!(error instanceof Fault)) throw error;
  answer.send(faultReply(error));
}
