// How many cold starts of one kind are to be expected at once: as many as came within one second of late, and less as
// time goes by. What is kept ready for them follows from it.
import type { Clock } from "../../core/clock.ts";

const windowMs = 1000;
/** After this long without more, half as many are expected. */
const halfLifeMs = 60_000;
/** Whoever came lately may come once more; after this long nobody is expected. */
const rememberedMs = 600_000;

export class Demand {
  readonly #clock: Clock;
  #windowMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #peak = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When the last one came, of a monotonic clock. */
  get lastMs(): number {
    return this.#lastMs;
  }

  arrived(): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#windowMs >= windowMs) {
      this.#windowMs = nowMs;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    this.#peak = Math.max(this.#faded(nowMs), this.#inWindow);
    this.#lastMs = nowMs;
  }

  get expected(): number {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#lastMs > rememberedMs) return 0;
    return Math.max(1, Math.round(this.#faded(nowMs)));
  }

  #faded(nowMs: number): number {
    // Nothing to fade before the first: 0 times a power of infinity.
    return this.#peak === 0 ? 0 : this.#peak * 0.5 ** ((nowMs - this.#lastMs) / halfLifeMs);
  }
}
