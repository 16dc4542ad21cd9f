// One connection of a guest: requests are answered in order, the next one is read once its forerunner is answered.
import type { Socket } from "node:net";
import type { Fault } from "../../../core/faults.ts";
import { PendingAnswer, type Answer, type AnswerLine } from "./answer.ts";
import type { BodyTaker } from "./body-taker.ts";
import { continueLine, encodeReply, faultReply, type Reply } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import { RequestReader, type RequestListener } from "./request-reader.ts";

/** What a client may send ahead while its request waits; long enough for a pipelined one, too short to fill memory. */
const mostBytesAhead = 64 * 1024;
/** What is read past after the last reply: who closes before all was read resets, and the client may never see that reply (RFC 9112, 9.6). */
const mostBytesAfter = 64 * 1024 * 1024;

export interface ConnectionOwner {
  /** A request to answer, once; returns who gets its body. */
  onRequest(head: RequestHead, answer: Answer): BodyTaker;
}

export class Connection implements RequestListener, AnswerLine {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader: RequestReader;
  #ahead: Buffer[] = [];
  #aheadBytes = 0;
  #bytesAfter = 0;
  #unanswered: PendingAnswer | undefined;
  #isClosed = false;

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

  /** Hears nothing from now on and tells nobody of what is cut off. What is being answered still is. */
  close(): void {
    this.#isClosed = true;
    // The reply to what ended the environment is on its way only when its route returns.
    setImmediate(() => this.#socket.destroy());
  }

  /** What comes while a request is being answered waits unread: answers go out in order (RFC 9112, 9.3.2). */
  #receive(bytes: Buffer): void {
    if (!this.#socket.writable) {
      this.#bytesAfter += bytes.length;
      if (this.#bytesAfter > mostBytesAfter) this.#socket.destroy();
      return;
    }
    let rest = bytes;
    while (rest.length > 0 && this.#mayRead) rest = rest.subarray(this.#reader.push(rest));
    if (rest.length === 0) return;
    this.#ahead.push(rest);
    this.#aheadBytes += rest.length;
    if (this.#aheadBytes > mostBytesAhead) this.#socket.destroy();
  }

  get #mayRead(): boolean {
    return !this.#isClosed && this.#socket.writable && (this.#reader.inBody || this.#unanswered === undefined);
  }

  onHead(head: RequestHead): BodyTaker {
    // Who is answered before it was told to go on may send its body or not: nothing can be read after that.
    const answer = new PendingAnswer(this, head.keepAlive && !head.headers.has("expect"));
    this.#unanswered = answer;
    const taker = this.#owner.onRequest(head, answer);
    answer.keepAlive = head.keepAlive;
    return taker;
  }

  onExpectation(): void {
    if (this.#unanswered !== undefined) this.#socket.write(continueLine);
  }

  onBroken(fault: Fault, taker: BodyTaker | undefined): void {
    if (this.#unanswered !== undefined) this.#unanswered.keepAlive = false;
    // Who takes a body answers that it was cut; what was answered before is answered.
    if (taker === undefined) this.#write(faultReply(fault), false);
    else taker.cut();
    this.#socket.end();
  }

  /** A second answer, or one to a client that has gone, is dropped. */
  send(answer: PendingAnswer, reply: Reply): void {
    if (this.#unanswered !== answer) return;
    this.#unanswered = undefined;
    this.#write(reply, answer.keepAlive);
    // Who paused for the body has lost interest in it.
    if (this.#socket.isPaused()) this.#socket.resume();
    if (answer.keepAlive && this.#aheadBytes > 0) this.#readAhead();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  drop(): void {
    this.#socket.destroy();
  }

  #write(reply: Reply, keepAlive: boolean): void {
    if (!this.#socket.writable) return;
    this.#socket.write(encodeReply(reply, keepAlive));
    if (!keepAlive) this.#socket.end();
  }

  #readAhead(): void {
    const ahead = Buffer.concat(this.#ahead, this.#aheadBytes);
    this.#ahead = [];
    this.#aheadBytes = 0;
    this.#receive(ahead);
  }

  #onEnd(): void {
    if (this.#isClosed) return;
    this.#reader.end();
    // Who ends its side while it waits has died or given up: an event sent there would be lost.
    const unanswered = this.#unanswered;
    this.#unanswered = undefined;
    unanswered?.gone();
    this.#socket.end();
  }
}
