// One node:http request from its head to the last byte of its answer.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../core/faults.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../observe/logger.ts";
import type { WireRequest } from "../protocol/wire.ts";
import type { AbandonableResponse } from "./abandonable-response.ts";
import { encodeBareFault } from "./bare-fault.ts";
import { Exchange } from "./exchange.ts";
import { internalFailure, malformedFraming, malformedTarget, repeatedHeader } from "./faults.ts";
import { type BodyPatience, IncomingBody } from "./incoming-body.ts";
import type { Answer } from "./pipeline.ts";
import { discardBody, respond } from "./respond.ts";
import { SocketPeer } from "./socket-peer.ts";

export interface Serving extends BodyPatience {
  readonly answer: Answer;
  readonly ids: Ids;
  readonly log: Logger;
  /** How much of an unread body is read and dropped, so that the client gets to see the answer. */
  readonly drainBytes: number;
  readonly drainMs: number;
  listenerUrl(): string;
  /** The answer is the last one of its connection. */
  isStopping(): boolean;
}

const turn = Promise.resolve();

export async function serveRequest(
  serving: Serving,
  request: IncomingMessage,
  response: AbandonableResponse,
  expectsContinue: boolean,
): Promise<void> {
  const { ids, log } = serving;
  const body = new IncomingBody(request, response, serving, expectsContinue);
  const requestId = ids.requestId();
  try {
    // At once: the parser itself would refuse some of these, without an answer.
    const wire = wireRequest(request, body);
    // The head is told of before the parser comes to the body, which as a rule lies behind it: a turn later it is there.
    if (!(wire instanceof Fault) && !body.isRead) await turn;
    const answer =
      wire instanceof Fault
        ? encodeBareFault("restJson1", wire, requestId)
        : await serving.answer(new Exchange(requestId, wire, new SocketPeer(response, serving.listenerUrl())));
    if (response.destroyed) return await discardBody(answer);
    // A client that still waits for leave to send will not send: what follows is not this request's body.
    if (serving.isStopping() || body.owesContinue) response.setHeader("connection", "close");
    if (!body.isRead) drain(request, response, serving);
    await respond(response, answer);
  } catch (error) {
    if (response.destroyed) return log.debug({ requestId, error }, "client-gone");
    // What a function breaks off is not ours, and is in its own log.
    if (error instanceof Fault && response.headersSent) log.debug({ requestId, error }, "response-broken-off");
    // Without the query: signed links have their signature there.
    else log.error({ requestId, method: request.method, path: request.url?.split("?", 1)[0], error }, "response-failed");
    if (response.headersSent) response.destroy();
    else await respond(response, encodeBareFault("restJson1", internalFailure(undefined, error), requestId));
  }
}

/** A fault when the head means different things to different readers. */
function wireRequest(request: IncomingMessage, body: IncomingBody): WireRequest | Fault {
  const { method = "", url = "", headers, rawHeaders } = request;
  // Absolute and authority forms are for proxies, which may go by another host than Host.
  if (!url.startsWith("/")) return malformedTarget();
  // node's parser minds a wrong coding only when it comes to the body; RFC 9112, 6.1.
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || request.httpVersion === "1.0")) return malformedFraming();
  // node keeps the first of these when there are several; somebody in between may have kept the last.
  if (rawHeaders.length !== 2 * countKeys(headers)) {
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const repeated = singularHeaders.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (repeated !== undefined) return repeatedHeader(repeated);
  }
  const at = url.indexOf("?");
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? "" : url.slice(at + 1),
    headers: textHeaders(headers),
    body,
  };
}

/** Object.keys without its array. */
function countKeys(headers: IncomingHttpHeaders): number {
  let count = 0;
  for (const _ in headers) count += 1;
  return count;
}

const singularHeaders: readonly string[] = ["host", "authorization", "content-type", "content-length"];

/** node joins repeated headers, all but Set-Cookie, which no request should carry. */
function textHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const cookies = headers["set-cookie"];
  if (cookies !== undefined) return { ...textHeaders({ ...headers, "set-cookie": undefined }), "set-cookie": cookies.join(", ") };
  return headers as Record<string, string>;
}

/** Reads what the client still sends of a body that nobody wanted, up to a limit: a reset would hide the answer. */
function drain(request: IncomingMessage, response: ServerResponse, { clock, drainBytes, drainMs }: Serving): void {
  if (request.complete) return;
  // node closes with the answer where the client asked for it, and to close with bytes unread is to reset.
  const closesAfter = !response.shouldKeepAlive;
  response.shouldKeepAlive = true;
  response.once("finish", () => {
    if (closesAfter) request.once("end", () => request.socket.end());
    if (request.complete) return;
    let leftBytes = drainBytes;
    const timer = clock.after(drainMs, () => request.destroy());
    request.on("data", (chunk: Uint8Array) => {
      leftBytes -= chunk.byteLength;
      if (leftBytes < 0) request.destroy();
    });
    request.on("close", () => timer.cancel());
  });
}
