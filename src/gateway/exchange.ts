// One request on its way through the pipeline, and what the steps have found out about it so far.
import type { ServedService } from "../cloud/registry.ts";
import type { AccountId, CallContext, Principal, Region } from "../core/context.ts";
import type { RequestId } from "../core/ids.ts";
import type { DecodedInput, IdentifiedRequest, ServiceWire } from "../protocol/protocol.ts";
import type { WireRequest, WireResponse } from "../protocol/wire.ts";
import type { Authorization } from "./auth/authorization.ts";

/** The connection that a request came in by. */
export interface Peer {
  /** IP address of the caller. */
  readonly address: string;
  /** IP address that the caller connected to. */
  readonly localAddress: string;
  /** Base URL of the listener, for callers that name no host. */
  readonly listenerUrl: string;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** Headers of the request as sent: name, value, name, value, … */
  readonly rawHeaders: readonly string[];
  /** `1.1` */
  readonly httpVersion: string;
}

/** A path of Lambent's own, outside AWS's API: health, administration, downloads. */
export interface ExtraRoute {
  /** A whole path (`/_lambent/health`) or, with a final slash, everything below it. */
  readonly prefix: string;
  /**
   * `signed` must prove its key where authentication is on, and takes no function's; `open` answers everybody; `link` carries its own proof, and
   * is all that functions reach of these: GetFunction gives them such links, too.
   */
  readonly access: "open" | "signed" | "link";
  respond(request: WireRequest, context: CallContext): Promise<WireResponse>;
}

export type Route =
  | { readonly kind: "service"; readonly service: ServedService }
  | { readonly kind: "extra"; readonly extra: ExtraRoute };

export interface Caller {
  readonly account: AccountId;
  readonly region: Region;
  readonly principal: Principal;
}

/** What one step leaves for later ones. Reading it before it is there is a mistake in the order of steps. */
export class Exchange {
  readonly requestId: RequestId;
  readonly peer: Peer;
  /** Steps put another in its place to wrap the body. */
  request: WireRequest;
  /** What the request says about its signature, verified or not; undefined when it has none. */
  authorization: Authorization | undefined;
  /** As soon as it is known, served or not: faults are written in its protocol. */
  serviceName: string | undefined;
  /** The codec of the service, as soon as it was needed. */
  wire: ServiceWire | undefined;
  identified: IdentifiedRequest | undefined;
  /** Added to whatever is answered, faults included. */
  responseHeaders: Readonly<Record<string, string>> | undefined;
  /** Set by the step that answers; ends the pipeline. */
  response: WireResponse | undefined;
  #route: Route | undefined;
  #caller: Caller | undefined;
  #decoded: DecodedInput | undefined;
  #output: object | undefined;

  constructor(requestId: RequestId, request: WireRequest, peer: Peer) {
    this.requestId = requestId;
    this.request = request;
    this.peer = peer;
  }

  get isRouted(): boolean {
    return this.#route !== undefined;
  }

  get route(): Route {
    return present(this.#route, "route");
  }

  set route(route: Route) {
    this.#route = route;
  }

  get caller(): Caller {
    return present(this.#caller, "caller");
  }

  set caller(caller: Caller) {
    this.#caller = caller;
  }

  get decoded(): DecodedInput {
    return present(this.#decoded, "decoded");
  }

  set decoded(decoded: DecodedInput) {
    this.#decoded = decoded;
  }

  get output(): object {
    return present(this.#output, "output");
  }

  set output(output: object) {
    this.#output = output;
  }
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`no step has set ${name} yet`);
  return value;
}
