// Requests of one environment's guest, whichever connections they come on: routes them, and keeps the poll that the next
// event answers.
import { Fault } from "../../../core/faults.ts";
import type { Ids } from "../../../core/ids.ts";
import { foreignRequest, invalidInvocationId } from "../faults.ts";
import type { EventReceiver, Invocation, RuntimePort } from "../runtime-port.ts";
import type { Answer, ConnectionOwner } from "./connection.ts";
import { faultReply } from "./reply.ts";
import type { GuestRequest } from "./request-reader.ts";
import type { EncodeInvocation, Exchange } from "./route.ts";
import { findRoute } from "./routes.ts";

export class HttpExchange implements Exchange, ConnectionOwner, EventReceiver {
  readonly #port: RuntimePort;
  readonly #ids: Ids;
  readonly #address: string;
  #poll: { readonly answer: Answer; readonly encode: EncodeInvocation } | undefined;
  /** An event whose poll was lost before it came. */
  #undelivered: Invocation | undefined;
  #invocationId: string | undefined;

  constructor(port: RuntimePort, ids: Ids, address: string) {
    this.#port = port;
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
    try {
      this.#port.next(this);
    } catch (error) {
      this.#poll = former;
      throw error;
    }
    // A client that lost its connection asks again on another one: nobody listens at the first.
    former?.answer.drop();
  }

  /** A client that says which attempt it answers must mean the present one, not one that was given up. */
  checkAttempt(request: GuestRequest): void {
    const named = request.headers.get("lambda-runtime-invocation-id");
    if (named !== undefined && named !== this.#invocationId) throw invalidInvocationId();
  }

  onRequest(request: GuestRequest, answer: Answer): void {
    try {
      this.#refuseBrowser(request);
      const { route, requestId } = findRoute(request.method, request.path);
      const reply = route.run({ request, requestId, port: this.#port, exchange: this, answer });
      if (reply !== undefined) answer.send(reply);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      answer.send(faultReply(error));
    }
  }

  onGone(answer: Answer): void {
    if (this.#poll?.answer === answer) this.#poll = undefined;
  }

  /** A web page that finds our port, or points a name of its own at it, must not take the function's events. */
  #refuseBrowser({ headers }: GuestRequest): void {
    const host = headers.get("host") ?? this.#address;
    if (host !== this.#address || headers.has("origin") || headers.has("sec-fetch-site")) throw foreignRequest();
  }

  #send(answer: Answer, encode: EncodeInvocation, invocation: Invocation): void {
    this.#invocationId = this.#ids.uuid();
    answer.send(encode(invocation, this.#invocationId));
  }
}
