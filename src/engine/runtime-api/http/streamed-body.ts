// A body on its way to a route that uses it as it comes. The first fault of the route answers the request; what is left
// of the body is then read past.
import { Fault } from "../../../core/faults.ts";
import type { Trailers } from "./body-reader.ts";
import type { BodyTaker } from "./body-taker.ts";
import type { Answer } from "./answer.ts";
import { skippedBody } from "./kept-body.ts";
import { faultReply } from "./reply.ts";

export class StreamedBody implements BodyTaker {
  readonly #answer: Answer;
  #taker: BodyTaker;
  #isSkipping = false;

  constructor(taker: BodyTaker, answer: Answer) {
    this.#taker = taker;
    this.#answer = answer;
  }

  take(piece: Buffer): void {
    this.#try(() => this.#taker.take(piece));
  }

  end(trailers: Trailers): void {
    this.#try(() => this.#taker.end(trailers));
  }

  cut(): void {
    this.#try(() => this.#taker.cut());
  }

  #try(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // One that reads past a body that has no end: its connection can only be closed.
      if (this.#isSkipping) throw error;
      this.#isSkipping = true;
      this.#taker = skippedBody();
      this.#answer.send(faultReply(error));
    }
  }
}
