// The invokes that may use one provisioned concurrency of a function, or (with nothing provisioned) all others of it.
import type { ConcurrencyLease } from "./ledger.ts";
import type { RequestRate } from "./request-rate.ts";

/** Where invokes beyond what is provisioned are counted. */
export interface OnDemandPool {
  /** Throws TooManyRequestsException when it is full, or has had too many requests. */
  take(): void;
  /** One more request that takes no place of its own; throws TooManyRequestsException when there were too many. */
  countRequest(): void;
  /** Counts so many more, or fewer, of those that run already. */
  shift(count: number): void;
}

/** Is its own lease. INVARIANT: of what runs here, exactly what is more than provisioned is counted on demand. */
export class ProvisionedSlots implements ConcurrencyLease {
  readonly #pool: OnDemandPool;
  readonly #rate: RequestRate;
  #provisioned: number;
  #running = 0;

  constructor(pool: OnDemandPool, provisioned: number, rate: RequestRate) {
    this.#pool = pool;
    this.#rate = rate;
    this.#provisioned = provisioned;
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  take(): void {
    if (this.#running >= this.#provisioned) this.#pool.take();
    // More requests than what is provisioned takes are the others', as more invokes at once are.
    else if (!this.#rate.take(this.#provisioned)) this.#pool.countRequest();
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
