// One connection of a guest: requests are answered in order, the next one is read once its forerunner is answered.
import type { Socket } from "node:net";
import type { Fault } from "../../../core/faults.ts";
import type { BodyTaker } from "./body-taker.ts";
import { continueLine, encodeReply, faultReply, type Reply } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import { RequestReader, type RequestListener } from "./request-reader.ts";

/** What a client may send ahead while its request waits; long enough for a pipelined one, too short to fill memory. */
const mostBytesAhead = 64 * 1024;

/** Where the reply to one request goes. The first thing that is said counts. */
export interface Answer {
  /** Also before the request's body is complete: what is left of that is then skipped. */
  send(reply: Reply): void;
  /** Closes without a reply. */
  drop(): void;
  /** Set at most once; called when the client has gone before it was answered. */
  onGone(listener: () => void): void;
  /** Takes nothing more of the request's body until `resume`: bytes that were read already still come. */
  pause(): void;
  resume(): void;
}

export interface ConnectionOwner {
  /** A request to answer, once; returns who gets its body. */
  onRequest(head: RequestHead, answer: Answer): BodyTaker;
}

/** The request that is not answered yet. */
interface Unanswered {
  keepAlive: boolean;
  onGone: () => void;
}

export class Connection implements RequestListener {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader: RequestReader;
  #ahead: Buffer[] = [];
  #aheadBytes = 0;
  #unanswered: Unanswered | undefined;
  #isDestroyed = false;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#reader = new RequestReader(this);
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("end", () => this.#onEnd());
    // A guest that resets its connection is no fault of ours; `close` follows.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#onEnd());
  }

  /** Nobody is told of what is cut off. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#socket.destroy();
  }

  /** What comes while a request is being answered waits unread: answers go out in order (RFC 9112, 9.3.2). */
  #receive(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#mayRead) rest = rest.subarray(this.#reader.push(rest));
    if (rest.length === 0) return;
    this.#ahead.push(rest);
    this.#aheadBytes += rest.length;
    if (this.#aheadBytes > mostBytesAhead) this.#socket.destroy();
  }

  get #mayRead(): boolean {
    return this.#reader.inBody || (this.#unanswered === undefined && this.#socket.writable);
  }

  onHead(head: RequestHead): BodyTaker {
    // Who is answered before it was told to go on may send its body or not: nothing can be read after that.
    const unanswered: Unanswered = { keepAlive: head.keepAlive && !head.headers.has("expect"), onGone: () => {} };
    this.#unanswered = unanswered;
    const taker = this.#owner.onRequest(head, this.#answerOf(unanswered));
    unanswered.keepAlive = head.keepAlive;
    return taker;
  }

  onExpectation(): void {
    if (this.#unanswered !== undefined) this.#socket.write(continueLine);
  }

  onBroken(fault: Fault, taker: BodyTaker | undefined): void {
    if (this.#unanswered !== undefined) this.#unanswered.keepAlive = false;
    // Who takes a body answers that it was cut; what was answered before is answered.
    if (taker === undefined) this.#send(faultReply(fault), false);
    else taker.cut();
    this.#socket.end();
  }

  #answerOf(unanswered: Unanswered): Answer {
    return {
      send: (reply) => {
        // A second answer, or one to a client that has gone.
        if (this.#unanswered === unanswered) this.#send(reply, unanswered.keepAlive);
      },
      drop: () => this.#socket.destroy(),
      onGone: (listener) => (unanswered.onGone = listener),
      pause: () => this.#socket.pause(),
      resume: () => this.#socket.resume(),
    };
  }

  #send(reply: Reply, keepAlive: boolean): void {
    this.#unanswered = undefined;
    if (!this.#socket.writable) return;
    this.#socket.write(encodeReply(reply, keepAlive));
    // Who paused for the body has lost interest in it.
    if (this.#socket.isPaused()) this.#socket.resume();
    if (!keepAlive) this.#socket.end();
    else if (this.#aheadBytes > 0) this.#readAhead();
  }

  #readAhead(): void {
    const ahead = Buffer.concat(this.#ahead, this.#aheadBytes);
    this.#ahead = [];
    this.#aheadBytes = 0;
    this.#receive(ahead);
  }

  #onEnd(): void {
    if (this.#isDestroyed) return;
    this.#reader.end();
    // Who ends its side while it waits has died or given up: an event sent there would be lost.
    const unanswered = this.#unanswered;
    this.#unanswered = undefined;
    unanswered?.onGone();
    this.#socket.end();
  }
}
