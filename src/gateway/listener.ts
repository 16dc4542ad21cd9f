// A listening socket: takes connections in, refuses what is too large, too slow or malformed, and stops without
// cutting off what is running.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock, Timer } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../observe/logger.ts";
import { AbandonableResponse } from "./abandonable-response.ts";
import { refuseConnection } from "./connection-refusal.ts";
import { Connections, idleSweeps } from "./connections.ts";
import { listenFailed } from "./faults.ts";
import type { Answer } from "./pipeline.ts";
import { serveRequest } from "./serve-request.ts";

export interface ListenerParts {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly answer: Answer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly limits?: Partial<ListenerLimits>;
}

export interface ListenerLimits {
  /** Request line and headers together. AWS takes 1 MB; what real clients send stays far below this. */
  readonly headBytes: number;
  readonly headTimeoutMs: number;
  /** Longest silence inside a body. */
  readonly bodyIdleMs: number;
  /** Longer than load balancers keep idle connections (Google's 600 s, AWS's 60 s), or they would race our close. */
  readonly keepAliveMs: number;
  /** How much of a refused body is read and dropped, so that the client gets to see the refusal. */
  readonly drainBytes: number;
  readonly drainMs: number;
}

const defaultLimits: ListenerLimits = {
  headBytes: 64 * 1024,
  headTimeoutMs: 30_000,
  bodyIdleMs: 30_000,
  keepAliveMs: 620_000,
  drainBytes: 8 * 1024 * 1024,
  drainMs: 5_000,
};

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Serves a connection that was made elsewhere: as its own listening socket makes them, half-open allowed. */
  take(socket: Socket): void;
  /** Takes no more requests, lets running ones finish within `graceMs`, cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

export async function listen(parts: ListenerParts): Promise<Listener> {
  const limits = { ...defaultLimits, ...parts.limits };
  const server = createServer({
    ServerResponse: AbandonableResponse,
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headTimeoutMs, 5_000),
    // A large body on a slow line is no attack; a silent one is, see bodyIdleMs.
    requestTimeout: 0,
    keepAliveTimeout: 0,
  });
  // headBytes bounds them; node would drop headers beyond a count without a word.
  server.maxHeadersCount = 0;
  const connections = new Connections();
  const state = { url: "", isStopping: false };

  const serving = { ...parts, ...limits, isStopping: () => state.isStopping, listenerUrl: () => state.url };
  // Shared by all requests, since a closure for each would be garbage on the hot path.
  function onClose(this: AbandonableResponse): void {
    this.settle();
    connections.end(this.req.socket);
    if (state.isStopping) server.closeIdleConnections();
  }
  const onRequest = (request: IncomingMessage, response: AbandonableResponse, expectsContinue: boolean): void => {
    connections.begin(request.socket);
    response.on("close", onClose);
    void serveRequest(serving, request, response, expectsContinue);
  };
  server.on("connection", (socket: Socket) => connections.open(socket));
  server.on("request", (request, response) => onRequest(request, response, false));
  server.on("checkContinue", (request, response) => onRequest(request, response, true));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // Bytes of ours in the middle of an answer would read as part of it.
    if (connections.isBusy(socket)) socket.destroy();
    else refuseConnection(error, socket);
  });
  await bind(server, parts.host, parts.port);
  const sweeping = sweepRegularly(connections, limits.keepAliveMs / idleSweeps, parts.clock);
  // Accepting fails when descriptors run out; unheard, it would end the process.
  server.on("error", (error) => parts.log.error({ error }, "accept-failed"));
  const address = addressOf(server);
  state.url = urlOf(address);
  return {
    url: state.url,
    port: address.port,
    take: (socket) => void server.emit("connection", socket),
    stop: async (graceMs) => {
      state.isStopping = true;
      sweeping.cancel();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      connections.destroyIdle();
      const timer = parts.clock.after(graceMs, () => server.closeAllConnections());
      // The server itself waits for those that it has accepted, and no others.
      await Promise.all([closed, connections.gone()]);
      timer.cancel();
    },
  };
}

function sweepRegularly(connections: Connections, everyMs: number, clock: Clock): Timer {
  const next = (): Timer =>
    clock.after(everyMs, () => {
      connections.sweep();
      timer = next();
    });
  let timer = next();
  return { cancel: () => timer.cancel() };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenFailed(host, port, error)));
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function addressOf(server: Server): AddressInfo {
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("the server listens on no port");
  return bound;
}

const urlOf = ({ family, address, port }: AddressInfo): string => `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
