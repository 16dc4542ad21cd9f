// How long a start that failed is not tried again: longer each time, until something went well.
import type { Clock, Timer } from "../../core/clock.ts";

const firstWaitMs = 1000;
const longestWaitMs = 300_000;

export class StartBackoff {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #waitMs = firstWaitMs;
  #timer: Timer | undefined;

  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Failures that come together are one. */
  wait(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.after(this.#waitMs, () => {
      this.#timer = undefined;
      this.#onOver();
    });
    this.#waitMs = Math.min(2 * this.#waitMs, longestWaitMs);
  }

  /** The next wait is short again; one that has begun goes on. */
  succeed(): void {
    this.#waitMs = firstWaitMs;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.succeed();
  }
}
