// The invokes that may use one provisioned concurrency of a function, or (with nothing provisioned) all others of it.
import type { ConcurrencyLease } from "./ledger.ts";

/** Where invokes beyond what is provisioned are counted. */
export interface OnDemandPool {
  /** Throws TooManyRequestsException when it is full. */
  take(): void;
  /** Counts so many more, or fewer, of those that run already. */
  shift(count: number): void;
}

/** Is its own lease. INVARIANT: of what runs here, exactly what is more than provisioned is counted on demand. */
export class ProvisionedSlots implements ConcurrencyLease {
  readonly #pool: OnDemandPool;
  #provisioned: number;
  #running = 0;

  constructor(pool: OnDemandPool, provisioned: number) {
    this.#pool = pool;
    this.#provisioned = provisioned;
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  take(): void {
    if (this.#running >= this.#provisioned) this.#pool.take();
    this.#running += 1;
  }

  release(): void {
    if (this.#running > this.#provisioned) this.#pool.shift(-1);
    this.#running -= 1;
  }

  resize(provisioned: number): void {
    const onDemand = (slots: number): number => Math.max(0, this.#running - slots);
    this.#pool.shift(onDemand(provisioned) - onDemand(this.#provisioned));
    this.#provisioned = provisioned;
  }
}
