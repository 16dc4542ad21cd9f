// The invokes of all functions of an account and region that have nothing reserved.
import type { AccountConcurrency } from "../../functions/account-concurrency.ts";
import { tooManyRequests } from "../faults.ts";
import type { RequestRate } from "./request-rate.ts";

export class AccountPool {
  running = 0;
  readonly #account: AccountConcurrency;
  readonly #limit: number;
  readonly #rate: RequestRate;

  constructor(account: AccountConcurrency, limit: number, rate: RequestRate) {
    this.#account = account;
    this.#limit = limit;
    this.#rate = rate;
  }

  take(): void {
    if (this.running >= this.#unclaimed) throw tooManyRequests("ConcurrentInvocationLimitExceeded");
    this.countRequest();
    this.running += 1;
  }

  countRequest(): void {
    if (!this.#rate.take(this.#unclaimed)) throw tooManyRequests("FunctionInvocationRateLimitExceeded");
  }

  get #unclaimed(): number {
    return this.#limit - this.#account.claimed;
  }
}
