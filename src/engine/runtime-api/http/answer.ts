// The reply to one request: what a route has in its hands while the connection goes on without it.
import type { Reply } from "./reply.ts";

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

/** The connection that the request came on. */
export interface AnswerLine {
  send(answer: PendingAnswer, reply: Reply): void;
  drop(): void;
  pause(): void;
  resume(): void;
}

export class PendingAnswer implements Answer {
  keepAlive: boolean;
  readonly #line: AnswerLine;
  #onGone: (() => void) | undefined;

  constructor(line: AnswerLine, keepAlive: boolean) {
    this.#line = line;
    this.keepAlive = keepAlive;
  }

  send(reply: Reply): void {
    this.#line.send(this, reply);
  }

  drop(): void {
    this.#line.drop();
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  pause(): void {
    this.#line.pause();
  }

  resume(): void {
    this.#line.resume();
  }

  gone(): void {
    this.#onGone?.();
  }
}
