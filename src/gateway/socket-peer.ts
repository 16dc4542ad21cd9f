// The other end of a connection, looked up only when somebody asks.
import type { AbandonableResponse } from "./abandonable-response.ts";
import type { Peer } from "./exchange.ts";

export class SocketPeer implements Peer {
  readonly listenerUrl: string;
  readonly #response: AbandonableResponse;

  constructor(response: AbandonableResponse, listenerUrl: string) {
    this.#response = response;
    this.listenerUrl = listenerUrl;
  }

  get address(): string {
    return plainAddress(this.#response.req.socket.remoteAddress);
  }

  get localAddress(): string {
    return plainAddress(this.#response.req.socket.localAddress);
  }

  get signal(): AbortSignal {
    return this.#response.abandoned;
  }

  get rawHeaders(): readonly string[] {
    return this.#response.req.rawHeaders;
  }

  get httpVersion(): string {
    return this.#response.req.httpVersion;
  }
}

const dualStackPrefix = "::ffff:";

/** Without the prefix that a dual-stack socket puts before IPv4 addresses. Empty when the socket is gone. */
const plainAddress = (address = ""): string =>
  address.startsWith(dualStackPrefix) ? address.slice(dualStackPrefix.length) : address;
