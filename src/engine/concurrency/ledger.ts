// How many invokes run at once. A slot is leased before an environment is looked for and given back when the invoke has
// settled. A function with reserved concurrency has a pool of its own, all others of its account and region share what
// is left; what is provisioned is taken out of either and comes first. Settings change at any time; what runs is then
// counted where it belongs from now on.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
import type { AccountConcurrency } from "../../functions/account-concurrency.ts";
import type { ResolvedFunction } from "../../functions/catalog.ts";
import { functionKey, type FunctionId } from "../../functions/function-version.ts";
import { AccountPool } from "./account-pool.ts";
import { FunctionPool } from "./function-pool.ts";
import type { ProvisionedSlots } from "./provisioned-slots.ts";
import type { RequestRate } from "./request-rate.ts";

export interface ConcurrencyLease {
  release(): void;
}

export class ConcurrencyLedger {
  readonly #limit: number;
  readonly #newRate: () => RequestRate;
  readonly #accounts = new WeakMap<AccountConcurrency, AccountPool>();
  readonly #functions = new Map<string, FunctionPool>();
  /** What a warm invoke looks up: the catalog gives the same object for as long as nothing changes. */
  readonly #byResolved = new WeakMap<ResolvedFunction, ProvisionedSlots>();

  /** `limit`: concurrent executions of an account in a region. `newRate`: of each pool. */
  constructor(limit: number, newRate: () => RequestRate) {
    this.#limit = limit;
    this.#newRate = newRate;
  }

  /** Throws TooManyRequestsException when the pool is full. Allocates nothing once the function is known. */
  lease(resolved: ResolvedFunction): ConcurrencyLease {
    const slots = this.#byResolved.get(resolved) ?? this.#open(resolved);
    slots.take();
    return slots;
  }

  /** Lets go of a function that has changed, unless something of it runs: it may be gone. */
  forget(id: FunctionId): void {
    const key = functionKey(id);
    if (this.#functions.get(key)?.isIdle === true) this.#functions.delete(key);
  }

  #open(resolved: ResolvedFunction): ProvisionedSlots {
    const { account, version, provisionedFor } = resolved;
    const key = functionKey(version.id);
    let pool = this.#functions.get(key);
    if (pool === undefined) {
      const accountPool = this.#accounts.get(account) ?? this.#openAccount(account, version.id);
      pool = new FunctionPool(accountPool, account.of(version.id.name), this.#newRate);
      this.#functions.set(key, pool);
    }
    const slots = pool.slotsFor(provisionedFor);
    this.#byResolved.set(resolved, slots);
    return slots;
  }

  #openAccount(account: AccountConcurrency, { account: owner, region }: FunctionId): AccountPool {
    const pool = new AccountPool(account, this.#limit, this.#newRate());
    this.#accounts.set(account, pool);
    account.onChange((name) => this.#functions.get(functionKey({ account: owner, region, name }))?.apply(account.of(name)));
    return pool;
  }
}
