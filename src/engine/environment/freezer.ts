// Between invokes nothing of an environment runs: its processes are stopped once it has been idle for a moment, and go
// on with the next invoke, background work included. The moment is for hot loops, which should not pay for it.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
import type { Clock, Timer } from "../../core/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

const graceMs = 100;

export class Freezer {
  readonly #clock: Clock;
  #sandbox: Sandbox | undefined;
  /** When it became idle; undefined: it is not. */
  #idleSinceMs: number | undefined;
  #timer: Timer | undefined;
  #isFrozen = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It is idle. One timer runs on through many short invokes, rather than one be made for each. */
  rest(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    this.#idleSinceMs = this.#clock.monotonic();
    this.#timer ??= this.#clock.after(graceMs, () => this.#onTimer());
  }

  /** It is needed. */
  wake(): void {
    this.#idleSinceMs = undefined;
    if (this.#isFrozen) this.#sandbox?.thaw();
    this.#isFrozen = false;
  }

  /** Its processes are being ended. */
  forget(): void {
    this.wake();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sandbox = undefined;
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#idleSinceMs === undefined) return;
    const leftMs = this.#idleSinceMs + graceMs - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#timer = this.#clock.after(leftMs, () => this.#onTimer());
      return;
    }
    this.#isFrozen = true;
    this.#sandbox?.freeze();
  }
}
