// Bursts: while many callers wait for their 202 at once, all processors are theirs, and what they send waits on disk. A
// burst is over a few milliseconds after its last caller, or for what runs when it has gone on for long: from then on
// accepting and running share the machine, so that events do not pile up without end.
import type { Clock } from "../../core/clock.ts";

/** At once. Fewer are served and run side by side. */
const callersOfBurst = 4;
const overAfterMs = 5;
/** Events that are taken before any runs: about a second's. */
const mostAbsorbed = 10_000;

export class Burst {
  readonly #clock: Clock;
  readonly #onRelease: () => void;
  #callers = 0;
  #absorbed = 0;
  #untilMs = 0;
  #isWatched = false;

  /** `clock`: the machine's own, since callers wait in its time. `onRelease`: events may run again. */
  constructor(clock: Clock, onRelease: () => void) {
    this.#clock = clock;
    this.#onRelease = onRelease;
  }

  /** Whether events are to wait. */
  get isOn(): boolean {
    return this.#isWatched && this.#absorbed < mostAbsorbed;
  }

  /** A caller has come. */
  begin(): void {
    this.#callers += 1;
    if (this.#callers < callersOfBurst) return;
    this.#absorbed += 1;
    this.#untilMs = this.#clock.monotonic() + overAfterMs;
    if (this.#absorbed === mostAbsorbed) this.#onRelease();
    if (!this.#isWatched) this.#watch(overAfterMs);
  }

  /** A caller has his answer. */
  end(): void {
    this.#callers -= 1;
  }

  #watch(forMs: number): void {
    this.#isWatched = true;
    this.#clock.after(forMs, () => {
      const leftMs = this.#untilMs - this.#clock.monotonic();
      if (leftMs > 0) {
        this.#watch(Math.ceil(leftMs));
        return;
      }
      this.#isWatched = false;
      this.#absorbed = 0;
      this.#onRelease();
    });
  }
}
