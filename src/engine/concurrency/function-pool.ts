// The invokes of one function beyond what is provisioned: in a pool of its own when it has reserved concurrency, else in
// its account's.
import { provisionedTotal, type FunctionConcurrency } from "../../functions/account-concurrency.ts";
import { tooManyRequests } from "../faults.ts";
import type { AccountPool } from "./account-pool.ts";
import { ProvisionedSlots, type OnDemandPool } from "./provisioned-slots.ts";
import type { RequestRate } from "./request-rate.ts";

/** INVARIANT: what runs here is in the account's count exactly while nothing is reserved. */
export class FunctionPool implements OnDemandPool {
  readonly #account: AccountPool;
  readonly #slots = new Map<string | undefined, ProvisionedSlots>();
  readonly #rate: RequestRate;
  readonly #newRate: () => RequestRate;
  #settings: FunctionConcurrency;
  /** Undefined: the account's. */
  #limit: number | undefined;
  #running = 0;

  constructor(account: AccountPool, settings: FunctionConcurrency, newRate: () => RequestRate) {
    this.#account = account;
    this.#rate = newRate();
    this.#newRate = newRate;
    this.#settings = settings;
    this.#limit = limitOf(settings);
  }

  /** Nothing of the function runs. */
  get isIdle(): boolean {
    return [...this.#slots.values()].every((slots) => slots.isIdle);
  }

  /** `qualifier`: that something is provisioned for; undefined: nothing is. */
  slotsFor(qualifier: string | undefined): ProvisionedSlots {
    let slots = this.#slots.get(qualifier);
    if (slots === undefined) {
      slots = new ProvisionedSlots(this, this.#provisionedFor(qualifier), this.#newRate());
      this.#slots.set(qualifier, slots);
    }
    return slots;
  }

  take(): void {
    if (this.#limit === undefined) {
      this.#account.take();
    } else {
      if (this.#running >= this.#limit) throw tooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
      this.countRequest();
    }
    this.#running += 1;
  }

  countRequest(): void {
    if (this.#limit === undefined) this.#account.countRequest();
    else if (!this.#rate.take(this.#limit)) throw tooManyRequests("ReservedFunctionInvocationRateLimitExceeded");
  }

  shift(count: number): void {
    this.#running += count;
    if (this.#limit === undefined) this.#account.running += count;
  }

  apply(settings: FunctionConcurrency): void {
    this.#settings = settings;
    for (const [qualifier, slots] of this.#slots) slots.resize(this.#provisionedFor(qualifier));
    const limit = limitOf(settings);
    if (this.#limit === undefined) this.#account.running -= this.#running;
    if (limit === undefined) this.#account.running += this.#running;
    this.#limit = limit;
  }

  #provisionedFor(qualifier: string | undefined): number {
    return qualifier === undefined ? 0 : (this.#settings.provisioned.get(qualifier)?.executions ?? 0);
  }
}

/** What is provisioned is part of what is reserved, and kept for those that may use it. */
const limitOf = (settings: FunctionConcurrency): number | undefined =>
  settings.reserved === undefined ? undefined : settings.reserved - provisionedTotal(settings);
