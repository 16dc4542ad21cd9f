// The invokes of one function: in a pool of its own when it has reserved concurrency, else in its account's.
import type { FunctionConcurrency } from "../../functions/account-concurrency.ts";
import { tooManyRequests } from "../faults.ts";
import type { AccountPool } from "./account-pool.ts";

/** Is its own lease. INVARIANT: they are in the account's count exactly while none are reserved. */
export class FunctionPool {
  running = 0;
  readonly #account: AccountPool;
  #reserved: number | undefined;

  constructor(account: AccountPool, { reserved }: FunctionConcurrency) {
    this.#account = account;
    this.#reserved = reserved;
  }

  take(): void {
    if (this.#reserved === undefined) {
      if (this.#account.isFull) throw tooManyRequests("ConcurrentInvocationLimitExceeded");
      this.#account.running += 1;
    } else if (this.running >= this.#reserved) {
      throw tooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    this.running += 1;
  }

  release(): void {
    this.running -= 1;
    if (this.#reserved === undefined) this.#account.running -= 1;
  }

  apply({ reserved }: FunctionConcurrency): void {
    const shared = this.#reserved === undefined;
    const sharesNow = reserved === undefined;
    if (shared && !sharesNow) this.#account.running -= this.running;
    if (!shared && sharesNow) this.#account.running += this.running;
    this.#reserved = reserved;
  }
}
