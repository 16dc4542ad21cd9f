// Bounds how many environments start at once, and takes turns between functions: a burst to one function neither
// slows every start down nor makes the others wait behind it. What is started ahead of need waits for all of them.
import type { Clock, Timer } from "../../core/clock.ts";

/**
 * How long one start counts at most. Starting a process is work for a processor; an init that takes longer as a rule
 * waits for something else, and must not keep others from starting.
 */
const longestTurnMs = 1000;

/**
 * How long after a start has begun or ended nothing is started ahead of need: one that finds all that it needs is over
 * soon, the invoke that waited for it runs then, and whatever came with it may need a start, too. One that takes longer
 * must not hold up what would have made it short.
 */
const lullMs = 10;

/** Begins a start and returns a promise of its end (it never rejects), or undefined when there is no need any more. */
export type Start = () => Promise<void> | undefined;

export class StartGate {
  readonly #limit: number;
  readonly #aheadLimit: number;
  readonly #clock: Clock;
  /** Insertion order is the order of turns. */
  readonly #queues = new Map<string, Start[]>();
  readonly #ahead: Start[] = [];
  #running = 0;
  #runningAhead = 0;
  #lull: Timer | undefined;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#aheadLimit = Math.max(1, Math.floor(limit / 2));
    this.#clock = clock;
  }

  /** `functionKey`: who shares a turn. */
  enter(functionKey: string, start: Start): void {
    const queue = this.#queues.get(functionKey);
    if (queue === undefined) this.#queues.set(functionKey, [start]);
    else queue.push(start);
    this.#admit();
  }

  /** For what nobody waits for: it begins when no start waits for its turn, or has just begun or ended, and few at once. */
  enterAhead(start: Start): void {
    this.#ahead.push(start);
    this.#admitAhead();
  }

  #admit(): void {
    while (this.#running < this.#limit) {
      const start = this.#takeTurn();
      if (start === undefined) return;
      this.#running += 1;
      this.#restAwhile();
      const isBegun = this.#begin(start, () => {
        this.#running -= 1;
        this.#restAwhile();
        this.#admit();
      });
      if (!isBegun) this.#running -= 1;
    }
  }

  #admitAhead(): void {
    while (this.#queues.size === 0 && this.#lull === undefined && this.#runningAhead < (this.#running === 0 ? this.#aheadLimit : 1)) {
      const start = this.#ahead.shift();
      if (start === undefined) return;
      this.#runningAhead += 1;
      const isBegun = this.#begin(start, () => {
        this.#runningAhead -= 1;
        this.#admitAhead();
      });
      if (!isBegun) this.#runningAhead -= 1;
    }
  }

  #restAwhile(): void {
    this.#lull?.cancel();
    this.#lull = this.#clock.after(lullMs, () => {
      this.#lull = undefined;
      this.#admitAhead();
    });
  }

  /** False: there was no need. `onLeft`: later, once, when it has ended or has had its turn. */
  #begin(start: Start, onLeft: () => void): boolean {
    const ended = start();
    if (ended === undefined) return false;
    let counted = true;
    const leave = (): void => {
      if (!counted) return;
      counted = false;
      timer.cancel();
      onLeft();
    };
    const timer = this.#clock.after(longestTurnMs, leave);
    void ended.then(leave);
    return true;
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
