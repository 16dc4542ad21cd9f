// Accounts' claims from the store: read once for an account and region, followed by the store's news ever after.
import { AccountConcurrency } from "./account-concurrency.ts";
import type { Scope } from "./address.ts";
import type { Collection } from "./collection.ts";
import { reservedConcurrency, type ReservedConcurrencyRecord } from "./concurrency.ts";
import type { FunctionRepository } from "./repository.ts";

export class ConcurrencySettings {
  readonly #repository: FunctionRepository;
  readonly #accounts = new Map<string, Promise<AccountConcurrency>>();

  constructor(repository: FunctionRepository) {
    this.#repository = repository;
  }

  of(scope: Scope): Promise<AccountConcurrency> {
    const key = `${scope.account}/${scope.region}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      this.#accounts.set(key, (account = this.#load(scope)));
      // Whoever asks next tries again.
      account.catch(() => this.#accounts.delete(key));
    }
    return account;
  }

  async #load(scope: Scope): Promise<AccountConcurrency> {
    const account = new AccountConcurrency();
    await this.#follow(scope, reservedConcurrency, (name, _qualifier, record?: ReservedConcurrencyRecord) =>
      account.reserve(name, record?.executions),
    );
    return account;
  }

  /** Applies every record of a collection, those that are there first, whose keys are qualifiedKey(). */
  async #follow<Content extends object>(
    scope: Scope,
    collection: Collection<Content>,
    apply: (name: string, qualifier: string, record: Content | undefined) => void,
  ): Promise<void> {
    const heard = new Set<string>();
    const take = (key: string, record: Content | undefined): void => {
      const [name = "", qualifier = ""] = key.split(":");
      apply(name, qualifier, record);
    };
    this.#repository.watch(scope, collection, (key, record) => {
      heard.add(key);
      take(key, record);
    });
    const stored = await this.#repository.scan(scope, collection);
    // News that came meanwhile is not older than what was read.
    for (const { key, record } of stored) if (!heard.has(key)) take(key, record);
    heard.clear();
  }
}
