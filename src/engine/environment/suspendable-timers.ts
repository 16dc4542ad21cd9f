// Timers that stand still together: while somebody looks at a stopped program, its time must not run out.
import type { Clock, Timer, Timers } from "../../core/clock.ts";

interface Countdown {
  leftMs: number;
  sinceMs: number;
  timer: Timer | undefined;
  readonly fire: () => void;
}

export class SuspendableTimers implements Timers {
  readonly #clock: Clock;
  readonly #countdowns = new Set<Countdown>();
  /** Since when; undefined: it is not suspended. */
  #suspendedMs: number | undefined;
  /** How long it was before. */
  #stoodMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As Clock.monotonic, of the same clock. */
  monotonic(): number {
    return (this.#suspendedMs ?? this.#clock.monotonic()) - this.#stoodMs;
  }

  /** As Clock.after, of a clock that stands still between `suspend` and `resume`. */
  after(delayMs: number, fire: () => void): Timer {
    const countdown: Countdown = { leftMs: delayMs, sinceMs: 0, timer: undefined, fire };
    this.#countdowns.add(countdown);
    if (this.#suspendedMs === undefined) this.#run(countdown);
    return {
      cancel: () => {
        this.#countdowns.delete(countdown);
        countdown.timer?.cancel();
      },
    };
  }

  /** What is left of each is kept. */
  suspend(): void {
    if (this.#suspendedMs !== undefined) return;
    const nowMs = this.#clock.monotonic();
    this.#suspendedMs = nowMs;
    for (const countdown of this.#countdowns) {
      countdown.timer?.cancel();
      countdown.leftMs -= nowMs - countdown.sinceMs;
    }
  }

  resume(): void {
    if (this.#suspendedMs === undefined) return;
    this.#stoodMs += this.#clock.monotonic() - this.#suspendedMs;
    this.#suspendedMs = undefined;
    for (const countdown of this.#countdowns) this.#run(countdown);
  }

  #run(countdown: Countdown): void {
    countdown.sinceMs = this.#clock.monotonic();
    countdown.timer = this.#clock.after(countdown.leftMs, () => {
      this.#countdowns.delete(countdown);
      countdown.fire();
    });
  }
}
