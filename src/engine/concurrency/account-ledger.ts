// How many invokes run at once in an account's region. A slot is leased before an environment is looked for and given
// back when the invoke has settled. Reserved and provisioned concurrency will be pools of their own.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
import type { FunctionId } from "../../functions/function-version.ts";
import { tooManyRequests } from "../faults.ts";

interface ConcurrencyLease {
  release(): void;
}

export interface ConcurrencyLedger {
  /** Throws TooManyRequestsException when the pool is full. */
  lease(id: FunctionId): ConcurrencyLease;
  running(id: FunctionId): number;
}

export function createAccountLedger(limit: number): ConcurrencyLedger {
  const pools = new Map<string, Pool>();
  return {
    lease(id) {
      const key = `${id.account}/${id.region}`;
      let pool = pools.get(key);
      if (pool === undefined) pools.set(key, (pool = new Pool()));
      if (pool.running >= limit) throw tooManyRequests("ConcurrentInvocationLimitExceeded");
      pool.running += 1;
      return pool;
    },
    running: (id) => pools.get(`${id.account}/${id.region}`)?.running ?? 0,
  };
}

/** Is its own lease: the warm path allocates nothing for it. */
class Pool implements ConcurrencyLease {
  running = 0;

  release(): void {
    this.running -= 1;
  }
}
