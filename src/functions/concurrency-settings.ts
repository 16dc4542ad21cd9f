// Accounts' claims from the store: read once for an account and region, followed by the store's news ever after.
import { AccountConcurrency } from "./account-concurrency.ts";
import type { Scope } from "../core/context.ts";
import type { Collection } from "../store/collection.ts";
import { provisionedConcurrency, reservedConcurrency, type ReservedConcurrencyRecord } from "./concurrency.ts";
import type { FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";

export class ConcurrencySettings {
  readonly #repository: FunctionRepository;
  readonly #accounts = new Map<string, Promise<AccountConcurrency>>();
  readonly #listeners = new Set<(id: FunctionId) => void>();

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

  /** Every function, in any account and region, for which something is provisioned. */
  async provisioned(): Promise<readonly FunctionId[]> {
    const scopes = await this.#repository.scopes();
    const found = await Promise.all(
      scopes.map(async (scope) => (await this.of(scope)).provisioned.map((name) => ({ ...scope, name }))),
    );
    return found.flat();
  }

  /** Calls back with each function whose settings have just changed, in any account that was asked for. */
  onChange(listener: (id: FunctionId) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #load(scope: Scope): Promise<AccountConcurrency> {
    const account = new AccountConcurrency();
    account.onChange((name) => {
      for (const listener of this.#listeners) listener({ account: scope.account, region: scope.region, name });
    });
    await Promise.all([
      this.#follow(scope, reservedConcurrency, (name, _qualifier, record?: ReservedConcurrencyRecord) =>
        account.reserve(name, record?.executions),
      ),
      this.#follow(scope, provisionedConcurrency, (name, qualifier, record) => account.provision(name, qualifier, record)),
    ]);
    return account;
  }

  /** Of a collection whose keys are qualifiedKey(). */
  #follow<Content extends object>(
    scope: Scope,
    collection: Collection<Content>,
    apply: (name: string, qualifier: string, record: Content | undefined) => void,
  ): Promise<void> {
    return this.#repository.follow(scope, collection, (key, record) => {
      const [name = "", qualifier = ""] = key.split(":");
      apply(name, qualifier, record);
    });
  }
}
