// One connection of a guest: requests are answered in order, the next one is read once its forerunner is answered.
import type { Socket } from "node:net";
import type { Fault } from "../../../core/faults.ts";
import { continueLine, encodeReply, faultReply, type Reply } from "./reply.ts";
import { RequestReader, type GuestRequest, type ReadEvent } from "./request-reader.ts";

/** What a client may send ahead while its request waits; long enough for a pipelined one, too short to fill memory. */
const mostBytesAhead = 64 * 1024;

export interface Answer {
  send(reply: Reply): void;
  /** Closes without a reply. */
  drop(): void;
}

export interface ConnectionOwner {
  /** A request to answer, once. */
  onRequest(request: GuestRequest, answer: Answer): void;
  /** The client of an unanswered request has gone. */
  onGone(answer: Answer): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader: RequestReader;
  #ahead: Buffer[] = [];
  #aheadBytes = 0;
  #answer: Answer | undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#reader = new RequestReader((event) => this.#onEvent(event));
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("end", () => this.#onEnd());
    // A guest that resets its connection is no fault of ours; `close` follows.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#abandon());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** What comes while a request is being answered waits unread: answers go out in order (RFC 9112, 9.3.2). */
  #receive(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#answer === undefined && this.#socket.writable) rest = rest.subarray(this.#reader.push(rest));
    if (rest.length === 0) return;
    this.#ahead.push(rest);
    this.#aheadBytes += rest.length;
    if (this.#aheadBytes > mostBytesAhead) this.#socket.destroy();
  }

  #onEvent(event: ReadEvent): void {
    switch (event.kind) {
      case "request":
        this.#open(event.request);
        return;
      case "expects-continue":
        this.#socket.write(continueLine);
        return;
      case "broken":
        this.#refuse(event.fault);
    }
  }

  #open(request: GuestRequest): void {
    const answer: Answer = {
      send: (reply) => {
        // A second answer, or one to a client that has gone.
        if (this.#answer !== answer) return;
        this.#answer = undefined;
        this.#socket.write(encodeReply(reply, request.keepAlive));
        if (!request.keepAlive) this.#socket.end();
        else if (this.#aheadBytes > 0) this.#resume();
      },
      drop: () => this.#socket.destroy(),
    };
    this.#answer = answer;
    this.#owner.onRequest(request, answer);
  }

  #resume(): void {
    const ahead = Buffer.concat(this.#ahead, this.#aheadBytes);
    this.#ahead = [];
    this.#aheadBytes = 0;
    this.#receive(ahead);
  }

  #refuse(fault: Fault): void {
    this.#socket.end(encodeReply(faultReply(fault), false));
  }

  #onEnd(): void {
    // Who ends its side while it waits has died or given up: an event sent there would be lost.
    if (this.#answer !== undefined) this.#abandon();
    else this.#reader.end();
    this.#socket.end();
  }

  #abandon(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) this.#owner.onGone(answer);
  }
}
