// Requests of one environment's guest, whichever connections they come on: routes them, and keeps the poll that the next
// event answers.
import { Fault } from "../../../core/faults.ts";
import type { Ids } from "../../../core/ids.ts";
import { foreignRequest, invalidInvocationId, requestEntityTooLarge, truncatedRequest } from "../faults.ts";
import { maxResponseBytes, mostPolls, type EventReceiver, type Invocation } from "../runtime-port.ts";
import type { BodyTaker } from "./body-taker.ts";
import type { Answer } from "./answer.ts";
import type { ConnectionOwner } from "./connection.ts";
import { KeptBody, skippedBody, type SpoiltBody } from "./kept-body.ts";
import { faultReply } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import type { EncodeInvocation, Exchange, GuestPorts, Route, RouteCall } from "./route.ts";
import { findRoute } from "./routes.ts";
import { StreamedBody } from "./streamed-body.ts";

interface Poll {
  readonly answer: Answer;
  readonly encode: EncodeInvocation;
}

interface Attempt {
  readonly invocation: Invocation;
  readonly id: string;
}

export class HttpExchange implements Exchange, ConnectionOwner, EventReceiver {
  readonly #ports: GuestPorts;
  readonly #ids: Ids;
  readonly #address: string;
  /** The one to answer first comes first; one at all, where the guest runs one event at a time. */
  readonly #polls: Poll[] = [];
  /** Events whose polls were lost before they came. */
  readonly #undelivered: Invocation[] = [];
  /** Those that are with the guest, by request id; those answered last are still among them. */
  readonly #attempts = new Map<string, Attempt>();

  constructor(ports: GuestPorts, ids: Ids, address: string) {
    this.#ports = ports;
    this.#ids = ids;
    this.#address = address;
  }

  deliver(invocation: Invocation): void {
    const poll = this.#polls.shift();
    if (poll === undefined) this.#undelivered.push(invocation);
    else this.#send(poll, invocation);
  }

  poll(answer: Answer, encode: EncodeInvocation): void {
    const poll: Poll = { answer, encode };
    const waiting = this.#undelivered.shift();
    if (waiting !== undefined) {
      this.#send(poll, waiting);
      return;
    }
    const isAlone = this.#ports.runtime.concurrency === 1;
    // Before `next`: the environment may deliver from inside it. Workers have their turns; a client that polls alone and
    // asks again has lost its connection, and nobody listens at the first.
    if (isAlone) this.#polls.unshift(poll);
    else this.#polls.push(poll);
    answer.onGone(() => this.#forget(poll));
    try {
      this.#ports.runtime.next(this);
    } catch (error) {
      this.#forget(poll);
      throw error;
    }
    if (this.#polls.length > (isAlone ? 1 : mostPolls)) this.#polls.pop()?.answer.drop();
  }

  #forget(poll: Poll): void {
    const index = this.#polls.indexOf(poll);
    if (index !== -1) this.#polls.splice(index, 1);
  }

  /** A client that says which attempt it answers must mean the present one, not one that was given up. */
  checkAttempt({ headers }: RequestHead, requestId: string): void {
    const named = headers.get("lambda-runtime-invocation-id");
    if (named !== undefined && named !== this.#attempts.get(requestId)?.id) throw invalidInvocationId();
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

  #send({ answer, encode }: Poll, invocation: Invocation): void {
    answer.send(encode(invocation, this.#attemptOf(invocation).id));
  }

  /** A client that asks again for the event that it has is still at the same attempt. */
  #attemptOf(invocation: Invocation): Attempt {
    const known = this.#attempts.get(invocation.requestId);
    if (known?.invocation === invocation) return known;
    const attempt: Attempt = { invocation, id: this.#ids.uuid() };
    const [oldest] = this.#attempts.keys();
    if (oldest !== undefined && this.#attempts.size >= this.#ports.runtime.concurrency) this.#attempts.delete(oldest);
    this.#attempts.set(invocation.requestId, attempt);
    return attempt;
  }
}

function run(route: Route, call: RouteCall, body: Uint8Array | SpoiltBody): void {
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
