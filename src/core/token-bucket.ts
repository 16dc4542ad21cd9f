// How often something may be done: tokens that come back at a steady rate and are kept up to a limit.
import type { Clock } from "./clock.ts";

export class TokenBucket {
  readonly #clock: Clock;
  /** More than any bucket holds: it begins full. */
  #tokens = Number.POSITIVE_INFINITY;
  #countedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedMs = clock.monotonic();
  }

  /** Takes one, or says that none is left. What the bucket is measured by may differ from one time to the next. */
  take(perSecond: number, capacity: number): boolean {
    const nowMs = this.#clock.monotonic();
    this.#tokens = Math.min(capacity, this.#tokens + ((nowMs - this.#countedMs) / 1000) * perSecond);
    this.#countedMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
