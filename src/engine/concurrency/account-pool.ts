// The invokes of all functions of an account and region that have nothing reserved.
import type { AccountConcurrency } from "../../functions/account-concurrency.ts";
import { tooManyRequests } from "../faults.ts";

export class AccountPool {
  running = 0;
  readonly #account: AccountConcurrency;
  readonly #limit: number;

  constructor(account: AccountConcurrency, limit: number) {
    this.#account = account;
    this.#limit = limit;
  }

  take(): void {
    if (this.running >= this.#limit - this.#account.claimed) throw tooManyRequests("ConcurrentInvocationLimitExceeded");
    this.running += 1;
  }
}
