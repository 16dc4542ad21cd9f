// Bounds how many environments start at once, and takes turns between functions: a burst to one function neither
// slows every start down nor makes the others wait behind it.
import type { Clock } from "../../core/clock.ts";

/**
 * How long one start counts at most. Starting a process is work for a processor; an init that takes longer as a rule
 * waits for something else, and must not keep others from starting.
 */
const longestTurnMs = 1000;

/** Begins a start and returns a promise of its end (it never rejects), or undefined when there is no need any more. */
export type Start = () => Promise<void> | undefined;

export class StartGate {
  readonly #limit: number;
  readonly #clock: Clock;
  /** Insertion order is the order of turns. */
  readonly #queues = new Map<string, Start[]>();
  #running = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** `functionKey`: who shares a turn. */
  enter(functionKey: string, start: Start): void {
    const queue = this.#queues.get(functionKey);
    if (queue === undefined) this.#queues.set(functionKey, [start]);
    else queue.push(start);
    this.#admit();
  }

  #admit(): void {
    while (this.#running < this.#limit) {
      const start = this.#takeTurn();
      if (start === undefined) return;
      const ended = start();
      if (ended === undefined) continue;
      this.#running += 1;
      let counted = true;
      const leave = (): void => {
        if (!counted) return;
        counted = false;
        timer.cancel();
        this.#running -= 1;
        this.#admit();
      };
      const timer = this.#clock.after(longestTurnMs, leave);
      void ended.then(leave);
    }
  }

  #takeTurn(): Start | undefined {
    for (const [key, queue] of this.#queues) {
      const start = queue.shift();
      // Back to the end of the line, if there is more.
      this.#queues.delete(key);
      if (queue.length > 0) this.#queues.set(key, queue);
      return start;
    }
    return undefined;
  }
}
