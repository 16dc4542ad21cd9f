// How many events of one function run at once. It begins with a few and doubles while that makes more of them end in
// the same time: a function that waits gets many environments, one that computes as many as the processors can use.
import type { Clock } from "../../core/clock.ts";

/** Of the former generation: less is no gain. */
const worthwhile = 1.25;
/** Of shorter ones the rate is chance. */
const shortestGenerationMs = 50;
/** While the function is throttled the lane rests, longer each time. */
const rest = { firstMs: 250, mostMs: 10_000 };

export class Pace {
  readonly #clock: Pick<Clock, "monotonic">;
  #width: number;
  /** What it may have at most; as of the last event. */
  #limit: number;
  /** Ended since the width was last looked at, as many as it has at a time: a generation. */
  #ended = 0;
  #beganMs: number;
  #formerRate = 0;
  #throttles = 0;
  #running = 0;

  constructor(clock: Pick<Clock, "monotonic">, least: number) {
    this.#clock = clock;
    this.#width = least;
    this.#limit = least;
    this.#beganMs = clock.monotonic();
  }

  get width(): number {
    return Math.max(1, Math.min(this.#width, this.#limit));
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }

  allow(limit: number): void {
    this.#limit = limit;
  }

  ended(): void {
    this.#throttles = 0;
    this.#ended += 1;
    if (this.#ended < this.#width) return;
    const nowMs = this.#clock.monotonic();
    const tookMs = nowMs - this.#beganMs;
    if (tookMs < shortestGenerationMs) return;
    const rate = this.#ended / tookMs;
    if (rate > this.#formerRate * worthwhile && this.#width < this.#limit) {
      this.#width *= 2;
      this.#formerRate = rate;
    }
    this.#ended = 0;
    this.#beganMs = nowMs;
  }

  /** What could run, runs. Returns for how long the lane is to rest, milliseconds. */
  throttled(): number {
    this.#width = Math.max(1, Math.min(this.#width, this.#running));
    this.#formerRate = 0;
    this.#throttles += 1;
    return Math.min(rest.mostMs, rest.firstMs * 2 ** Math.min(this.#throttles - 1, 10));
  }
}
