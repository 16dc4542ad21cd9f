// The claims of an account's functions in one region, in memory and as of the last commit: what the ledger of running
// invokes goes by, and what a further claim is measured against.
/** What one function has set. */
export interface FunctionConcurrency {
  /** Undefined: it shares what the account has unreserved. */
  readonly reserved: number | undefined;
}

const nothingSet: FunctionConcurrency = { reserved: undefined };

/** How much of the account's executions others cannot have because of it. */
const claimOf = ({ reserved }: FunctionConcurrency): number => reserved ?? 0;

export class AccountConcurrency {
  readonly #functions = new Map<string, FunctionConcurrency>();
  readonly #listeners = new Set<(name: string) => void>();
  #claimed = 0;
  #reserved = 0;

  /** Of all functions together. */
  get claimed(): number {
    return this.#claimed;
  }

  /** What reservations take: less than `claimed` where only provisioned. */
  get reserved(): number {
    return this.#reserved;
  }

  claimedBy(name: string): number {
    return claimOf(this.of(name));
  }

  of(name: string): FunctionConcurrency {
    return this.#functions.get(name) ?? nothingSet;
  }

  /** Calls back with the name of each function whose settings have just changed. */
  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  reserve(name: string, executions: number | undefined): void {
    this.#set(name, { ...this.of(name), reserved: executions });
  }

  #set(name: string, settings: FunctionConcurrency): void {
    this.#claimed += claimOf(settings) - claimOf(this.of(name));
    this.#reserved += (settings.reserved ?? 0) - (this.of(name).reserved ?? 0);
    if (settings.reserved === undefined) this.#functions.delete(name);
    else this.#functions.set(name, settings);
    for (const listener of this.#listeners) listener(name);
  }
}
