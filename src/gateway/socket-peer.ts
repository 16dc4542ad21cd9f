// The other end of a connection, looked up only when somebody asks.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Peer } from "./exchange.ts";

export class SocketPeer implements Peer {
  readonly listenerUrl: string;
  readonly #socket: Socket;
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;

  constructor(socket: Socket, response: ServerResponse, listenerUrl: string) {
    this.#socket = socket;
    this.#response = response;
    this.listenerUrl = listenerUrl;
  }

  get address(): string {
    return plainAddress(this.#socket.remoteAddress);
  }

  get localAddress(): string {
    return plainAddress(this.#socket.localAddress);
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    const response = this.#response;
    const onClose = (): void => {
      if (!response.writableFinished) controller.abort();
    };
    if (response.closed) onClose();
    else response.once("close", onClose);
    return controller.signal;
  }
}

/** Without the prefix that a dual-stack socket puts before IPv4 addresses. Empty when the socket is gone. */
const plainAddress = (address: string | undefined): string => address?.replace(/^::ffff:/, "") ?? "";
