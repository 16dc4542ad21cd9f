// How fast a streamed response may leave: the first 6 MB as they come, then 2 MB/s, paid out in ticks.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
import type { Clock } from "../core/clock.ts";

const burstBytes = 6 * 1024 * 1024;
const tickMs = 125;
const tickBytes = (2 * 1024 * 1024 * tickMs) / 1000;

export class Bandwidth {
  readonly #clock: Clock;
  #leftBytes = burstBytes;
  #tickedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tickedMs = clock.monotonic();
  }

  /** Counts bytes that leave now. */
  spend(bytes: number): void {
    this.#refill();
    this.#leftBytes -= bytes;
  }

  /** Calls back when bytes may leave, or returns false: they may now. A chunk leaves whole, and is paid for afterwards. */
  postpone(resume: () => void): boolean {
    this.#refill();
    if (this.#leftBytes > 0) return false;
    const ticks = Math.floor(-this.#leftBytes / tickBytes) + 1;
    this.#clock.after(this.#tickedMs + ticks * tickMs - this.#clock.monotonic(), resume);
    return true;
  }

  #refill(): void {
    const ticks = Math.floor((this.#clock.monotonic() - this.#tickedMs) / tickMs);
    this.#tickedMs += ticks * tickMs;
    this.#leftBytes = Math.min(burstBytes, this.#leftBytes + ticks * tickBytes);
  }
}
