// The claims of an account's functions in one region, in memory and as of the last commit: what the ledger of running
// invokes goes by, and what a further claim is measured against.
import type { ProvisionedConcurrencyRecord } from "./concurrency.ts";

/** What one function has set. */
export interface FunctionConcurrency {
  /** Undefined: it shares what the account has unreserved. */
  readonly reserved: number | undefined;
  /** By qualifier: a version's number or an alias. */
  readonly provisioned: ReadonlyMap<string, ProvisionedConcurrencyRecord>;
}

const nothingSet: FunctionConcurrency = { reserved: undefined, provisioned: new Map() };

export const provisionedTotal = ({ provisioned }: FunctionConcurrency): number =>
  [...provisioned.values()].reduce((sum, { executions }) => sum + executions, 0);

/** How much of the account's executions others cannot have because of it. What is provisioned is part of what is reserved. */
const claimOf = (settings: FunctionConcurrency): number => settings.reserved ?? provisionedTotal(settings);

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

  /** Functions for which something is provisioned. */
  get provisioned(): readonly string[] {
    return [...this.#functions].flatMap(([name, { provisioned }]) => (provisioned.size === 0 ? [] : [name]));
  }

  /** Calls back with the name of each function whose settings have just changed. */
  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  reserve(name: string, executions: number | undefined): void {
    this.#set(name, { ...this.of(name), reserved: executions });
  }

  provision(name: string, qualifier: string, record: ProvisionedConcurrencyRecord | undefined): void {
    const provisioned = new Map(this.of(name).provisioned);
    if (record === undefined) provisioned.delete(qualifier);
    else provisioned.set(qualifier, record);
    this.#set(name, { ...this.of(name), provisioned });
  }

  #set(name: string, settings: FunctionConcurrency): void {
    this.#claimed += claimOf(settings) - claimOf(this.of(name));
    this.#reserved += (settings.reserved ?? 0) - (this.of(name).reserved ?? 0);
    if (settings.reserved === undefined && settings.provisioned.size === 0) this.#functions.delete(name);
    else this.#functions.set(name, settings);
    for (const listener of this.#listeners) listener(name);
  }
}
