// How much memory all environments may have together. Each counts what it has used at most so far, not the memory size
// of its function, which most never come near: hundreds that are idle fit where a few would otherwise. That is a
// forecast; what one may really take is for the limit of its sandbox.
//
// A start for which there is no room waits while idle environments, those used longest ago first and of whichever
// function, end for it. Of those that wait the function is first that has least; and an environment of one that has more
// ends after its invoke rather than take the next. Who has waited for long is turned away.
import type { Clock, Timer } from "../../core/clock.ts";
import type { Fault } from "../../core/faults.ts";
import { tooManyRequests } from "../faults.ts";

/** When nobody gets room for so long, and none is on its way, the machine is full. */
const longestWaitMs = 2000;
/** Otherwise it is waited for so often: in an overloaded machine, starts and ends take seconds. */
const mostWaits = 15;

/** For how many starts room is made at once: environments that end together share the work. */
const startsAtOnce = 8;
/** Of all the room, what may be made ahead of need, so that a cold start finds it. */
const aheadShare = 1 / 16;

export interface MemoryBudgetParts {
  readonly clock: Clock;
  readonly limitBytes: number;
}

export interface RoomRequest {
  /** Whose memory it will be. */
  readonly functionKey: string;
  /** What it is expected to use. */
  readonly bytes: number;
  /** Asked before room is made, and before it is given. */
  readonly isNeeded: () => boolean;
  /** Called once, at once where there is room; undefined: it is not needed any more. */
  readonly onRoom: (room: Room | undefined) => void;
  /** Instead: there was none for too long. */
  readonly onRefused: (fault: Fault) => void;
}

/** Of one environment. */
export interface Room {
  /** What it has used at most so far. */
  resize(bytes: number): void;
  /** It is ending: its room will be another's. */
  leaving(): void;
  /** Nothing is left of it. */
  leave(): void;
}

interface Waiting extends RoomRequest {
  timer: Timer;
  waitsLeft: number;
}

export class MemoryBudget {
  readonly #clock: Clock;
  readonly #limitBytes: number;
  /** By function, in the order of asking. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #heldBytes = new Map<string, number>();
  #waitingCount = 0;
  /** Of a monotonic clock. */
  #lastGivenMs = Number.NEGATIVE_INFINITY;
  #usedBytes = 0;
  /** Of those used, what will be free when environments that are ending have ended. */
  #leavingBytes = 0;
  #evict: () => boolean = () => false;

  constructor({ clock, limitBytes }: MemoryBudgetParts) {
    this.#clock = clock;
    this.#limitBytes = limitBytes;
  }

  /** `evict` ends the idle environment that was used longest ago; false: none is idle. */
  onShort(evict: () => boolean): void {
    this.#evict = evict;
  }

  /** Whether somebody waits. */
  get isShort(): boolean {
    return this.#waiting.size > 0;
  }

  enter(request: RoomRequest): void {
    if (!this.isShort && this.#fits(request.bytes)) {
      request.onRoom(this.#open(request));
      this.#makeRoom(Math.min(startsAtOnce * request.bytes, aheadShare * this.#limitBytes));
      return;
    }
    const timer = this.#clock.after(longestWaitMs, () => this.#onLongWait(waiting));
    const waiting: Waiting = { ...request, timer, waitsLeft: mostWaits };
    this.#waitingCount += 1;
    const line = this.#waiting.get(request.functionKey);
    if (line === undefined) this.#waiting.set(request.functionKey, [waiting]);
    else line.push(waiting);
    this.serveWaiting();
  }

  /** Gives what room there is, and makes more where that can be done. Also called when one has become idle. */
  serveWaiting(): void {
    let next = this.#neediest();
    for (; next !== undefined; next = this.#neediest()) {
      const isNeeded = next.isNeeded();
      if (isNeeded && !this.#fits(next.bytes)) break;
      this.#forget(next);
      next.onRoom(isNeeded ? this.#open(next) : undefined);
    }
    if (next !== undefined) this.#makeRoom(next.bytes * Math.min(this.#waitingCount, startsAtOnce));
  }

  /** Whether an environment of the function is to end rather than serve its next invoke: another one waits, and will have less. */
  mustYield(functionKey: string): boolean {
    const next = this.#neediest();
    return next !== undefined && this.#lacks(next.bytes) && this.#held(next.functionKey) + next.bytes < this.#held(functionKey);
  }

  #makeRoom(bytes: number): void {
    while (this.#lacks(bytes) && this.#evict());
  }

  #held(functionKey: string): number {
    return this.#heldBytes.get(functionKey) ?? 0;
  }

  /** The first in the line of the function that has least. */
  #neediest(): Waiting | undefined {
    let neediest: Waiting | undefined;
    for (const [first] of this.#waiting.values()) {
      if (first !== undefined && (neediest === undefined || this.#held(first.functionKey) < this.#held(neediest.functionKey))) neediest = first;
    }
    return neediest;
  }

  #forget(waiting: Waiting): void {
    waiting.timer.cancel();
    this.#waitingCount -= 1;
    const line = this.#waiting.get(waiting.functionKey) ?? [];
    line.splice(line.indexOf(waiting), 1);
    if (line.length === 0) this.#waiting.delete(waiting.functionKey);
  }

  /** The first one fits, however much it needs. */
  #fits(bytes: number): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + bytes <= this.#limitBytes;
  }

  /** Whether there will not be enough when all that are ending have ended. */
  #lacks(bytes: number): boolean {
    const leftBytes = this.#usedBytes - this.#leavingBytes;
    return leftBytes > 0 && leftBytes + bytes > this.#limitBytes;
  }

  #onLongWait(waiting: Waiting): void {
    waiting.waitsLeft -= 1;
    const isMoving = this.#clock.monotonic() - this.#lastGivenMs < longestWaitMs || !this.#lacks(waiting.bytes);
    if (waiting.waitsLeft > 0 && isMoving) {
      waiting.timer = this.#clock.after(longestWaitMs, () => this.#onLongWait(waiting));
      return;
    }
    this.#forget(waiting);
    waiting.onRefused(tooManyRequests("ConcurrentInvocationLimitExceeded"));
    this.serveWaiting();
  }

  #open({ functionKey, bytes: firstBytes }: RoomRequest): Room {
    this.#lastGivenMs = this.#clock.monotonic();
    let bytes = 0;
    let isLeaving = false;
    const resize = (newBytes: number): void => {
      const more = newBytes - bytes;
      if (more === 0) return;
      bytes = newBytes;
      this.#usedBytes += more;
      if (isLeaving) this.#leavingBytes += more;
      const held = this.#held(functionKey) + more;
      if (held > 0) this.#heldBytes.set(functionKey, held);
      else this.#heldBytes.delete(functionKey);
      if (more < 0 && this.isShort) this.serveWaiting();
    };
    resize(firstBytes);
    return {
      resize,
      leaving: () => {
        if (isLeaving) return;
        isLeaving = true;
        this.#leavingBytes += bytes;
      },
      leave: () => resize(0),
    };
  }
}
