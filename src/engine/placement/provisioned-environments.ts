// The environments of one version that are there before anyone invokes it: started without being waited for, kept
// however long they are idle, replaced when they die.
import type { Clock } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { EnvironmentObserver, PooledEnvironment } from "../environment/environment-parts.ts";
import type { MemoryBudget, Room } from "./memory-budget.ts";
import { StartBackoff } from "./start-backoff.ts";
import type { StartGate } from "./start-gate.ts";
import type { OpenEnvironment } from "./version-pool.ts";

/** What of it there is. */
export interface ProvisionedState {
  /** Started, initialised or not. */
  readonly allocated: number;
  /** Initialised: idle or with an invoke. */
  readonly available: number;
  /** The last init has failed; it is tried again. */
  readonly failed: boolean;
}

export interface ProvisionedWish {
  readonly count: number;
  readonly allocation: string | undefined;
}

/** The invokes of the version that wait for an environment. */
export interface InvokeLine {
  /** Gives it to the first that waits; false when none does. */
  serve(environment: PooledEnvironment): boolean;
  settling(environment: PooledEnvironment): void;
  /** What one is likely to use. */
  readonly expectedBytes: number;
  measured(environment: PooledEnvironment, room: Room): void;
  /** Nothing is left of it, or (undefined) of what was about to start. */
  gone(environment?: PooledEnvironment): void;
}

export interface ProvisionedParts {
  readonly version: FunctionVersion;
  /** Whose turn at the gate a start is. */
  readonly functionKey: string;
  readonly clock: Clock;
  readonly gate: StartGate;
  readonly budget: MemoryBudget;
  readonly open: OpenEnvironment;
  readonly line: InvokeLine;
  readonly onFault: (version: FunctionVersion, fault: unknown) => void;
}

export class ProvisionedEnvironments implements EnvironmentObserver {
  readonly #parts: ProvisionedParts;
  readonly #backoff: StartBackoff;
  /** All that have not ended. */
  readonly #alive = new Set<PooledEnvironment>();
  /** Of those, what counts as provisioned: not what is being stopped. */
  readonly #kept = new Set<PooledEnvironment>();
  readonly #initialised = new Set<PooledEnvironment>();
  /** The one used last is taken first. */
  readonly #idle: PooledEnvironment[] = [];
  /** Ends of starts, by environment. */
  readonly #starts = new Map<PooledEnvironment, () => void>();
  readonly #rooms = new Map<PooledEnvironment, Room>();
  readonly #openings = new Set<Promise<void>>();
  #wanted = 0;
  #allocation: string | undefined;
  /** Asked of the gate and not opened yet. */
  #opening = 0;
  #failed = false;

  constructor(parts: ProvisionedParts) {
    this.#parts = parts;
    this.#backoff = new StartBackoff(parts.clock, () => this.#fill());
  }

  get state(): ProvisionedState {
    return { allocated: this.#kept.size, available: this.#initialised.size, failed: this.#failed };
  }

  get wish(): ProvisionedWish {
    return { count: this.#wanted, allocation: this.#allocation };
  }

  get isEmpty(): boolean {
    return this.#wanted === 0 && this.#alive.size === 0 && this.#opening === 0;
  }

  /**
   * Starts what is missing, ends what is too much: after its invoke, where one runs. `allocation` names the wish: for
   * another one than before a start that has failed is tried again at once.
   */
  provide(count: number, allocation: string | undefined): void {
    if (count === this.#wanted && allocation === this.#allocation) return;
    this.#wanted = count;
    this.#allocation = allocation;
    this.#failed = false;
    this.#backoff.cancel();
    // Those that are being stopped already are not kept, though their start may not have ended.
    const dispensable = [...this.#starts.keys(), ...this.#idle].filter((environment) => this.#kept.has(environment));
    for (const environment of dispensable.slice(0, Math.max(0, this.#kept.size - count))) this.#drop(environment);
    this.#fill();
  }

  /** One that takes an invoke now. */
  take(): PooledEnvironment | undefined {
    return this.#idle.pop();
  }

  /** Kills what there is, idle or not. */
  async kill(): Promise<void> {
    this.provide(0, undefined);
    await Promise.all(this.#openings);
    await Promise.all(Array.from(this.#alive, (environment) => environment.stop()));
  }

  // What environments tell.

  available(environment: PooledEnvironment): void {
    const started = this.#endStart(environment);
    const room = this.#rooms.get(environment);
    if (room !== undefined) this.#parts.line.measured(environment, room);
    if (!environment.isWarm) {
      // Its processes are gone. AWS repeats the init of these in no invoke: another one takes the place.
      if (started) this.#onStartFailed();
      this.#drop(environment);
      return;
    }
    if (started) this.#failed = false;
    else this.#backoff.succeed();
    if (!this.#kept.has(environment) || this.#kept.size > this.#wanted) {
      this.#drop(environment);
      return;
    }
    this.#initialised.add(environment);
    if (!this.#parts.line.serve(environment)) this.#idle.push(environment);
  }

  resetting(environment: PooledEnvironment): void {
    if (this.#idle.includes(environment)) this.unavailable(environment);
  }

  unavailable(environment: PooledEnvironment): void {
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
    // It died for nothing that an invoke did: what does so again and again must not be started as fast as can be.
    this.#backoff.wait();
  }

  settling(environment: PooledEnvironment): void {
    this.#parts.line.settling(environment);
  }

  ended(environment: PooledEnvironment, fault: unknown): void {
    this.#alive.delete(environment);
    this.#rooms.get(environment)?.leave();
    this.#rooms.delete(environment);
    this.#forget(environment);
    if (this.#endStart(environment) && fault !== undefined) this.#onStartFailed(fault);
    this.#fill();
    this.#parts.line.gone(environment);
  }

  #forget(environment: PooledEnvironment): void {
    this.#kept.delete(environment);
    this.#initialised.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  /** It counts no more from now on; `ended` follows. */
  #drop(environment: PooledEnvironment): void {
    this.#forget(environment);
    void environment.stop();
  }

  #fill(): void {
    if (this.#backoff.isWaiting) return;
    while (this.#kept.size + this.#opening < this.#wanted) {
      this.#requestStart();
    }
  }

  #requestStart(): void {
    const { functionKey, budget, gate, line } = this.#parts;
    // Others may have failed since it began to wait: the next try begins with all that are missing then.
    const isNeeded = (): boolean => !this.#backoff.isWaiting && this.#kept.size + this.#opening <= this.#wanted;
    this.#opening += 1;
    budget.enter({
      functionKey,
      bytes: line.expectedBytes,
      isNeeded,
      onRoom: (room) => {
        if (room === undefined) this.#abandonStart();
        else gate.enter(functionKey, () => (isNeeded() ? this.#start(room) : this.#abandonStart(room)));
      },
      onRefused: (fault) => {
        this.#onStartFailed(fault);
        this.#abandonStart();
      },
    });
  }

  /** Nothing has been begun. */
  #abandonStart(room?: Room): undefined {
    this.#opening -= 1;
    room?.leave();
    this.#parts.line.gone();
  }

  #start(room: Room): Promise<void> {
    return new Promise((resolve) => {
      const opening = this.#parts.open(this.#parts.version, this, "provisioned-concurrency").then(
        (environment) => this.#onOpened(environment, room, resolve),
        (error: unknown) => {
          resolve();
          this.#onStartFailed(error);
          this.#abandonStart(room);
        },
      );
      this.#openings.add(opening);
      void opening.then(() => this.#openings.delete(opening));
    });
  }

  #onOpened(environment: PooledEnvironment, room: Room, onStarted: () => void): void {
    this.#rooms.set(environment, room);
    this.#opening -= 1;
    this.#alive.add(environment);
    this.#kept.add(environment);
    this.#starts.set(environment, onStarted);
    if (this.#kept.size > this.#wanted) this.#drop(environment);
    else environment.start();
  }

  #endStart(environment: PooledEnvironment): boolean {
    const end = this.#starts.get(environment);
    if (end === undefined) return false;
    this.#starts.delete(environment);
    end();
    return true;
  }

  /** `fault`: of the host; undefined: the function's init has failed. */
  #onStartFailed(fault?: unknown): void {
    this.#failed = fault === undefined || fault instanceof Fault;
    this.#backoff.wait();
    if (fault !== undefined) this.#parts.onFault(this.#parts.version, fault);
  }
}
