// How long an invoke may take. One timer runs on through many short invokes, rather than one be made for each.
import type { Timer, Timers } from "../../core/clock.ts";

export class InvokeLimit {
  readonly limitMs: number;
  readonly #timers: Timers;
  readonly #onTimeout: () => void;
  /** When the invoke in progress must be over; undefined: there is none. */
  #endsMs: number | undefined;
  #timer: Timer | undefined;

  constructor(timers: Timers, limitMs: number, onTimeout: () => void) {
    this.limitMs = limitMs;
    this.#timers = timers;
    this.#onTimeout = onTimeout;
  }

  /** An invoke begins. */
  begin(): void {
    this.#endsMs = this.#timers.monotonic() + this.limitMs;
    this.#timer ??= this.#timers.after(this.limitMs, () => this.#onTimer());
  }

  /** Its time is no longer measured. */
  end(): void {
    this.#endsMs = undefined;
  }

  /** There will be no more invokes. */
  close(): void {
    this.end();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#endsMs === undefined) return;
    const leftMs = this.#endsMs - this.#timers.monotonic();
    if (leftMs > 0) this.#timer = this.#timers.after(leftMs, () => this.#onTimer());
    else this.#onTimeout();
  }
}
