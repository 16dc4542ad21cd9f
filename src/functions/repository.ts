// Functions, versions, aliases and tags in the store: reads, atomic writes and news of changes.
import type { Scope } from "../core/context.ts";
import type { Stored } from "../store/collection.ts";
import type { StoreOperation } from "../store/operation.ts";
import { type Page, rangeOf, Records } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import {
  aliases,
  belongingTo,
  functions,
  functionTagsKey,
  pendingIndex,
  qualifiedKey,
  tags,
  versionCounters,
  versionKey,
  versions,
} from "./documents.ts";
import { tooManyConflicts } from "./faults.ts";
import type { FunctionId } from "./function-version.ts";
import type { AliasRecord, FunctionRecord, TagsRecord, VersionRecord } from "./records.ts";

/**
 * A durable change of a function or of one of its versions. News of aliases comes as news of their function, whose
 * document is written with them.
 */
export interface FunctionChange {
  readonly id: FunctionId;
  /** Undefined: deleted. */
  readonly record: FunctionRecord | VersionRecord | undefined;
}

export class FunctionRepository extends Records {
  readonly #listeners = new Set<(change: FunctionChange) => void>();

  constructor(store: Store) {
    super(store, { service: "lambda", tooManyConflicts });
    for (const collection of [functions, versions]) {
      this.watchAll<FunctionRecord | VersionRecord>(collection, ({ account, region }, key, record) => {
        this.#tell({ id: { account, region, name: key.split(":", 1)[0] ?? key }, record });
      });
    }
  }

  find(id: FunctionId): Promise<Stored<FunctionRecord> | undefined> {
    return this.get(id, functions, id.name);
  }

  findVersion(id: FunctionId, version: number): Promise<Stored<VersionRecord> | undefined> {
    return this.get(id, versions, versionKey(id.name, version));
  }

  findAlias(id: FunctionId, alias: string): Promise<Stored<AliasRecord> | undefined> {
    return this.get(id, aliases, qualifiedKey(id.name, alias));
  }

  tags(id: FunctionId): Promise<TagsRecord["tags"]> {
    return this.tagsOf(id, functionTagsKey(id.name));
  }

  /** Of any resource; `key` is what follows the account in its ARN. */
  async tagsOf(scope: Scope, key: string): Promise<TagsRecord["tags"]> {
    return (await this.get(scope, tags, key))?.record.tags ?? {};
  }

  /** The number that a publish gives, and the operation that uses it up: never again, also after a deletion. */
  async nextVersion(id: FunctionId): Promise<{ readonly number: number; readonly take: StoreOperation }> {
    const stored = await this.get(id, versionCounters, id.name);
    const number = (stored?.record.last ?? 0) + 1;
    return { number, take: versionCounters.put(id.name, { last: number }, stored?.revision ?? "absent") };
  }

  /** In order of names; `after` is a name. */
  listFunctions(scope: Scope, page: Page = {}): Promise<readonly Stored<FunctionRecord>[]> {
    return this.scan(scope, functions, rangeOf(page));
  }

  /** In order of numbers; `after` is a number. */
  listVersions(id: FunctionId, page: { readonly after?: number; readonly limit?: number | undefined } = {}) {
    const after = page.after === undefined ? undefined : versionKey(id.name, page.after);
    const range = { ...rangeOf({ after, limit: page.limit }), prefix: belongingTo(id.name) };
    return this.scan(id, versions, range);
  }

  /** Every version of every function of the scope. */
  listAllVersions(scope: Scope): Promise<readonly Stored<VersionRecord>[]> {
    return this.scan(scope, versions, {});
  }

  /** In order of names; `after` is an alias. */
  listAliases(id: FunctionId, page: Page = {}): Promise<readonly Stored<AliasRecord>[]> {
    const after = page.after === undefined ? undefined : qualifiedKey(id.name, page.after);
    const range = { ...rangeOf({ after, limit: page.limit }), prefix: belongingTo(id.name) };
    return this.scan(id, aliases, range);
  }

  /** Functions and versions of the scope that wait for their deployment. */
  async listPending(scope: Scope): Promise<readonly (FunctionRecord | VersionRecord)[]> {
    const [latest, published] = await Promise.all([
      this.scan(scope, functions, { index: pendingIndex }),
      this.scan(scope, versions, { index: pendingIndex }),
    ]);
    return [...latest, ...published].map(({ record }) => record);
  }

  /** Changes, in commit order, of every partition that this repository has touched before them. */
  onChange(listener: (change: FunctionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  override close(): void {
    super.close();
    this.#listeners.clear();
  }

  #tell(change: FunctionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
