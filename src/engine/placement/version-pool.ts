// The environments of one deployment of one function version, and the invokes that wait for one. Whichever environment is
// ready first, warm or new, takes the head of the line; the one used last is taken first, so that the others cool down.
import type { Clock, Timer } from "../../core/clock.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { EnvironmentObserver, PooledEnvironment } from "../environment/environment-parts.ts";
import { tooManyRequests } from "../faults.ts";
import type { InitializationType } from "../environment/environment-parts.ts";
import { ProvisionedEnvironments, type InvokeLine, type ProvisionedState, type ProvisionedWish } from "./provisioned-environments.ts";
import type { MemoryBudget, Room } from "./memory-budget.ts";
import type { ScalingRate } from "./scaling-rate.ts";
import type { StartGate } from "./start-gate.ts";

/** Makes ready what an environment needs; rejects when that cannot be. */
export type OpenEnvironment = (
  version: FunctionVersion,
  observer: EnvironmentObserver,
  initializationType: InitializationType,
) => Promise<PooledEnvironment>;

export interface VersionPoolParts {
  readonly clock: Clock;
  readonly gate: StartGate;
  readonly budget: MemoryBudget;
  readonly idleMs: number;
  readonly open: OpenEnvironment;
  /** A start that nobody waited for has failed. */
  readonly onSpareFailed: (version: FunctionVersion, fault: unknown) => void;
  /** No environment and no waiter is left. */
  readonly onEmpty: (pool: VersionPool) => void;
}

/** What the versions of one function share. */
export interface PoolOwner {
  readonly functionKey: string;
  readonly scaling: ScalingRate;
}

/** An environment that is idle, or part of it. */
interface Idle {
  readonly environment: PooledEnvironment;
  /** When any of it was used last, of a monotonic clock. */
  readonly sinceMs: number;
  /** Invokes that it takes at once. */
  slots: number;
}

interface Waiter {
  readonly resolve: (environment: PooledEnvironment) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * How long an environment that has answered is expected back before another one is started in its stead. Between an
 * answer and the next `next` lies a process start for a shell bootstrap, and nothing for ours.
 */
const settlingMs = 25;

/**
 * How long one that is being reset is expected back: a moment longer than its extensions have to shut down. The next invoke
 * goes to it, as on AWS, and finds its /tmp.
 */
const resettingMs = 2_500;

/** A part of it may be needed; or a debugger may be attached, which waits for an invoke. */
const isEvictable = ({ environment }: Idle): boolean => !environment.isBusy && !environment.isInspected;

/** What an environment is taken to use before one of its version has shown it. */
const assumedBytes = 64 * 1024 * 1024;

export class VersionPool implements EnvironmentObserver, InvokeLine {
  readonly version: FunctionVersion;
  readonly functionKey: string;
  readonly #parts: VersionPoolParts;
  /** Invokes that one environment runs at once. */
  readonly #slots: number;
  readonly #scaling: ScalingRate;
  readonly #provisioned: ProvisionedEnvironments;
  /** Those on demand, as in all that follows. */
  readonly #environments = new Set<PooledEnvironment>();
  /** In the order of last use, each once. */
  readonly #idle: Idle[] = [];
  readonly #waiters: Waiter[] = [];
  /** How many slots of each are expected back. */
  readonly #settling = new Map<PooledEnvironment, number>();
  /** Those that are being reset and are expected back, and what ends that. */
  readonly #resetting = new Map<PooledEnvironment, Timer>();
  /** Ends of starts, by environment. */
  readonly #starts = new Map<PooledEnvironment, () => void>();
  readonly #rooms = new Map<PooledEnvironment, Room>();
  /** The most that one has used. */
  #largestBytes = 0;
  #starting = 0;
  #evictTimer: Timer | undefined;
  #settleTimer: Timer | undefined;
  #retired = false;
  #killed = false;
  readonly #openings = new Set<Promise<void>>();

  constructor(version: FunctionVersion, { functionKey, scaling }: PoolOwner, parts: VersionPoolParts) {
    this.version = version;
    this.functionKey = functionKey;
    this.#scaling = scaling;
    this.#parts = parts;
    this.#slots = version.configuration.environmentConcurrency ?? 1;
    const { clock, gate, budget, open, onSpareFailed: onFault } = parts;
    this.#provisioned = new ProvisionedEnvironments({ version, functionKey, clock, gate, budget, open, line: this, onFault });
  }

  /** An environment that takes an invoke now. Plainly when there is one, so that the warm path awaits nothing. */
  acquire(): PooledEnvironment | Promise<PooledEnvironment> {
    const ready = this.#provisioned.take() ?? this.#takeIdle();
    if (ready !== undefined) return ready;
    const expected = this.#expected;
    const coming = this.#starting * this.#slots + expected;
    if (this.#waiters.length >= coming && !this.#scaling.take()) throw tooManyRequests("FunctionInvocationRateLimitExceeded");
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#startWhatIsMissing(expected);
    });
  }

  get provisioned(): ProvisionedState {
    return this.#provisioned.state;
  }

  /** What `provision` was told last. */
  get wish(): ProvisionedWish {
    return this.#provisioned.wish;
  }

  /** Keeps so many environments ready from now on, for the wish of this name. */
  provision(count: number, allocation: string | undefined): void {
    if (!this.#retired) this.#provisioned.provide(count, allocation);
    this.#checkEmpty();
  }

  /** Starts one that no invoke waits for, unless one is idle or on its way. */
  startSpare(): void {
    if (this.#retired || this.#idle.length > 0 || this.#starting * this.#slots > this.#waiters.length) return;
    this.#requestStart(() => !this.#retired);
  }

  /** When the environment was used last that `evictOldest` would end; undefined: there is none. */
  get oldestIdleMs(): number | undefined {
    return this.#idle.find(isEvictable)?.sinceMs;
  }

  /** Ends the one that is idle for longest, for others to have its memory. */
  evictOldest(): void {
    const index = this.#idle.findIndex(isEvictable);
    const [oldest] = index === -1 ? [] : this.#idle.splice(index, 1);
    if (oldest !== undefined) this.#giveUp(oldest.environment);
  }

  get expectedBytes(): number {
    return this.#largestBytes === 0 ? Math.min(assumedBytes, this.version.configuration.memoryMiB * 1024 * 1024) : this.#largestBytes;
  }

  /** What an environment of the pool has used at most so far. */
  measured(environment: PooledEnvironment, room: Room): void {
    const { memoryBytes } = environment;
    if (memoryBytes === 0) return;
    room.resize(memoryBytes);
    this.#largestBytes = Math.max(this.#largestBytes, memoryBytes);
  }

  /** Ends what is idle now and everything else after its invoke: a newer deployment has taken over. */
  retire(): void {
    this.#retired = true;
    this.#provisioned.provide(0, undefined);
    for (const { environment } of this.#idle.splice(0)) this.#giveUp(environment);
    this.#evictTimer?.cancel();
    this.#evictTimer = undefined;
    this.#checkEmpty();
  }

  /** Kills what there is, idle or not, and turns the waiting away. */
  async kill(reason: unknown): Promise<void> {
    this.#killed = true;
    this.retire();
    this.#settleTimer?.cancel();
    for (const environment of this.#resetting.keys()) this.#endReset(environment);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    await this.#provisioned.kill();
    await Promise.all(this.#openings);
    await Promise.all(Array.from(this.#environments, (environment) => environment.stop()));
  }

  // What environments tell.

  available(environment: PooledEnvironment): void {
    this.#endStart(environment);
    this.#endReset(environment);
    const room = this.#rooms.get(environment);
    if (room !== undefined) this.measured(environment, room);
    if (this.#yields(environment) || this.serve(environment)) return;
    if (this.#retired) environment.retire();
    else this.#rest(environment);
  }

  serve(environment: PooledEnvironment): boolean {
    this.#settled(environment);
    const waiter = this.#waiters.shift();
    waiter?.resolve(environment);
    return waiter !== undefined;
  }

  unavailable(environment: PooledEnvironment): void {
    this.#leaveIdle(environment);
  }

  resetting(environment: PooledEnvironment): void {
    this.#leaveIdle(environment);
    // Who waits for it has been counted already.
    if (this.#starts.has(environment) || this.#killed) return;
    this.#settling.delete(environment);
    this.#endReset(environment);
    const giveUp = (): void => {
      this.#resetting.delete(environment);
      this.#startWhatIsMissing(this.#expected);
    };
    this.#resetting.set(environment, this.#parts.clock.after(resettingMs, giveUp));
  }

  settling(environment: PooledEnvironment, slots = 1): void {
    this.#settling.set(environment, (this.#settling.get(environment) ?? 0) + slots);
  }

  /** Invokes that environments will take which are there and not idle. */
  get #expected(): number {
    let slots = this.#resetting.size;
    for (const count of this.#settling.values()) slots += count;
    return slots;
  }

  gone(environment?: PooledEnvironment): void {
    if (environment !== undefined) this.#settling.delete(environment);
    this.#checkEmpty();
  }

  ended(environment: PooledEnvironment, fault: unknown): void {
    this.#environments.delete(environment);
    this.#rooms.get(environment)?.leave();
    this.#rooms.delete(environment);
    this.#leaveIdle(environment);
    if (this.#endStart(environment)) this.#onStartFailed(fault);
    if (this.#endReset(environment)) this.#startWhatIsMissing(this.#expected);
    this.gone(environment);
  }

  #endReset(environment: PooledEnvironment): boolean {
    this.#resetting.get(environment)?.cancel();
    return this.#resetting.delete(environment);
  }

  /** The one used last, but rather a warm one than one that was reset. */
  #takeIdle(): PooledEnvironment | undefined {
    const last = this.#idle.length - 1;
    let index = last;
    while (index >= 0 && this.#idle[index]?.environment.isWarm === false) index -= 1;
    const idle = this.#idle[index === -1 ? last : index];
    if (idle === undefined) return undefined;
    idle.slots -= 1;
    if (idle.slots === 0) this.#idle.splice(index === -1 ? last : index, 1);
    return idle.environment;
  }

  #rest(environment: PooledEnvironment): void {
    const slots = this.#slots === 1 ? 0 : this.#leaveIdle(environment);
    this.#idle.push({ environment, sinceMs: this.#parts.clock.monotonic(), slots: slots + 1 });
    if (this.#evictTimer === undefined) this.#armEviction(this.#parts.idleMs);
    if (this.#parts.budget.isShort) this.#parts.budget.serveWaiting();
  }

  #settled(environment: PooledEnvironment): void {
    const left = (this.#settling.get(environment) ?? 0) - 1;
    if (left > 0) this.#settling.set(environment, left);
    else this.#settling.delete(environment);
  }

  /** Whether it ends, for the memory that other functions wait for. */
  #yields(environment: PooledEnvironment): boolean {
    const { budget } = this.#parts;
    if (!budget.isShort || environment.isBusy || environment.isInspected || !budget.mustYield(this.functionKey)) return false;
    this.#settled(environment);
    this.#leaveIdle(environment);
    this.#giveUp(environment);
    this.#startWhatIsMissing(this.#expected);
    return true;
  }

  #giveUp(environment: PooledEnvironment): void {
    this.#rooms.get(environment)?.leaving();
    environment.retire();
  }

  /** Returns how many invokes it would have taken. */
  #leaveIdle(environment: PooledEnvironment): number {
    const index = this.#idle.findLastIndex((idle) => idle.environment === environment);
    return index === -1 ? 0 : (this.#idle.splice(index, 1)[0]?.slots ?? 0);
  }

  #armEviction(delayMs: number): void {
    this.#evictTimer = this.#parts.clock.after(delayMs, () => this.#evict());
  }

  /** One timer for all: the one idle for longest is first. */
  #evict(): void {
    this.#evictTimer = undefined;
    const nowMs = this.#parts.clock.monotonic();
    for (let oldest = this.#idle[0]; oldest !== undefined; oldest = this.#idle[0]) {
      const leftMs = oldest.sinceMs + this.#parts.idleMs - nowMs;
      if (leftMs > 0) {
        this.#armEviction(leftMs);
        return;
      }
      this.#idle.shift();
      if (isEvictable(oldest)) this.#giveUp(oldest.environment);
      else this.#idle.push({ ...oldest, sinceMs: nowMs });
    }
  }

  /** One start for each waiter that nothing is on its way to. `expected`: how many warm ones are about to come back. */
  #startWhatIsMissing(expected: number): void {
    let missing = Math.ceil((this.#waiters.length - expected) / this.#slots) - this.#starting;
    for (; missing > 0; missing -= 1) this.#requestStart(() => Math.ceil(this.#waiters.length / this.#slots) >= this.#starting);
    if (this.#settling.size > 0 && this.#waiters.length > this.#starting * this.#slots) {
      this.#settleTimer ??= this.#parts.clock.after(settlingMs, () => {
        this.#settleTimer = undefined;
        // Whoever is not back by now is not waited for again.
        this.#settling.clear();
        this.#startWhatIsMissing(this.#expected);
      });
    }
  }

  /** Waits for memory, then for its turn; by then a warm one may have been faster. */
  #requestStart(isNeeded: () => boolean): void {
    const { functionKey, expectedBytes: bytes } = this;
    const { budget, gate } = this.#parts;
    this.#starting += 1;
    budget.enter({
      functionKey,
      bytes,
      isNeeded,
      onRoom: (room) => {
        if (room === undefined) this.#abandonStart();
        else gate.enter(functionKey, () => (isNeeded() ? this.#open(room) : this.#abandonStart(room)));
      },
      onRefused: (fault) => {
        this.#starting -= 1;
        this.#onStartFailed(fault);
        this.#checkEmpty();
      },
    });
  }

  /** Nothing has been begun. */
  #abandonStart(room?: Room): undefined {
    this.#starting -= 1;
    room?.leave();
    this.#checkEmpty();
  }

  #open(room: Room): Promise<void> {
    return new Promise((resolve) => {
      const opening = this.#parts.open(this.version, this, "on-demand").then(
        (environment) => this.#onOpened(environment, room, resolve),
        (error: unknown) => {
          this.#starting -= 1;
          room.leave();
          resolve();
          this.#onStartFailed(error);
          this.#checkEmpty();
        },
      );
      this.#openings.add(opening);
      void opening.then(() => this.#openings.delete(opening));
    });
  }

  #onOpened(environment: PooledEnvironment, room: Room, onStarted: () => void): void {
    this.#rooms.set(environment, room);
    this.#environments.add(environment);
    this.#starts.set(environment, onStarted);
    if (this.#killed) void environment.stop();
    else environment.start();
  }

  #endStart(environment: PooledEnvironment): boolean {
    const end = this.#starts.get(environment);
    if (end === undefined) return false;
    this.#starts.delete(environment);
    this.#starting -= 1;
    end();
    return true;
  }

  /** Fails the invoke at the head unless another start is on its way to it: no wait without end. */
  #onStartFailed(fault: unknown): void {
    const waiter = this.#waiters.length > this.#starting * this.#slots ? this.#waiters.shift() : undefined;
    if (waiter !== undefined) waiter.reject(fault);
    else if (fault !== undefined) this.#parts.onSpareFailed(this.version, fault);
  }

  #checkEmpty(): void {
    const onDemand = this.#environments.size + this.#waiters.length + this.#starting;
    if (onDemand === 0 && this.#provisioned.isEmpty) this.#parts.onEmpty(this);
  }
}
