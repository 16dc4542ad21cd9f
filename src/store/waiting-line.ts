// Those who wait for a message of one queue, first come first woken: one for each message, not all for each.
import type { Clock, Timer } from "../core/clock.ts";

export class WaitingLine {
  /** Wakes so far; tells a receive that was on its way whether it missed one. */
  wakes = 0;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #entered = 0;
  #alarm: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enter(): void {
    this.#entered += 1;
  }

  /** How many are left. */
  leave(): number {
    this.#entered -= 1;
    if (this.#entered === 0) this.#alarm?.cancel();
    return this.#entered;
  }

  /**
   * Resolves when woken, at `endMs`, or when the signal aborts. Whoever was woken must receive once more, or the
   * message it was woken for would wait for the next.
   */
  wait(endMs: number, nextReadyAtMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#waiting.delete(go);
        deadline.cancel();
        signal?.removeEventListener("abort", go);
        resolve();
      };
      const deadline = this.#clock.after(endMs - this.#clock.now(), go);
      signal?.addEventListener("abort", go, { once: true });
      this.#waiting.add(go);
      this.wakeAt(nextReadyAtMs);
    });
  }

  wakeOne(): void {
    this.wakes += 1;
    const [first] = this.#waiting;
    first?.();
  }

  wakeAll(): void {
    this.wakes += 1;
    for (const go of this.#waiting) go();
  }

  /** Wakes one when the next message falls due. The latest answer of the queue is the one that counts. */
  wakeAt(nextReadyAtMs: number | undefined): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (nextReadyAtMs === undefined || this.#waiting.size === 0) return;
    const delayMs = nextReadyAtMs - this.#clock.now();
    if (delayMs <= 0) this.wakeOne();
    else this.#alarm = this.#clock.after(delayMs, () => this.wakeOne());
  }
}
