// Functions, versions, aliases and tags in the store: reads, atomic writes and news of changes.
import type { StoreOperation } from "../store/operation.ts";
import type { DocumentChange, Partition, PartitionKey, ScanRange, Store } from "../store/store.ts";
import { isAccountId, isRegion } from "../core/context.ts";
import type { Scope } from "./address.ts";
import {
  aliasKey,
  belongingTo,
  collections,
  functionTagsKey,
  pendingIndex,
  putVersionCounter,
  readStored,
  versionKey,
  type Stored,
} from "./documents.ts";
import { functionKey, type FunctionId } from "./function-version.ts";
import type { AliasRecord, FunctionRecord, TagsRecord, VersionCounterRecord, VersionRecord } from "./records.ts";

/**
 * A durable change of a function or of one of its versions. News of aliases comes as news of their function, whose
 * document is written with them.
 */
export interface FunctionChange {
  readonly id: FunctionId;
  /** Undefined: deleted. */
  readonly record: FunctionRecord | VersionRecord | undefined;
}

/** Keys after `after`, at most `limit`. */
export interface Page {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const service = "lambda";

export class FunctionRepository {
  readonly #store: Store;
  readonly #listeners = new Set<(change: FunctionChange) => void>();
  /** Partitions that were touched, by `account/region`, each with what ends its watches. */
  readonly #watched = new Map<string, { readonly partition: Partition; readonly unwatch: readonly (() => void)[] }>();
  /** The end of the last change of each function that is being changed. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(store: Store) {
    this.#store = store;
  }

  find(id: FunctionId): Promise<Stored<FunctionRecord> | undefined> {
    return this.#get<FunctionRecord>(id, collections.functions, id.name);
  }

  findVersion(id: FunctionId, version: number): Promise<Stored<VersionRecord> | undefined> {
    return this.#get<VersionRecord>(id, collections.versions, versionKey(id.name, version));
  }

  findAlias(id: FunctionId, alias: string): Promise<Stored<AliasRecord> | undefined> {
    return this.#get<AliasRecord>(id, collections.aliases, aliasKey(id.name, alias));
  }

  async tags(id: FunctionId): Promise<TagsRecord["tags"]> {
    const stored = await this.#get<TagsRecord>(id, collections.tags, functionTagsKey(id.name));
    return stored?.record.tags ?? {};
  }

  /** The number that a publish gives, and the operation that uses it up: never again, also after a deletion. */
  async nextVersion(id: FunctionId): Promise<{ readonly number: number; readonly take: StoreOperation }> {
    const stored = await this.#get<VersionCounterRecord>(id, collections.versionCounters, id.name);
    const number = (stored?.record.last ?? 0) + 1;
    return { number, take: putVersionCounter(id.name, { last: number }, stored?.revision ?? "absent") };
  }

  /** In order of names; `after` is a name. */
  listFunctions(scope: Scope, page: Page = {}): Promise<readonly Stored<FunctionRecord>[]> {
    return this.#scan<FunctionRecord>(scope, collections.functions, rangeOf(page));
  }

  /** In order of numbers; `after` is a number. */
  listVersions(id: FunctionId, page: { readonly after?: number; readonly limit?: number | undefined } = {}) {
    const after = page.after === undefined ? undefined : versionKey(id.name, page.after);
    const range = { ...rangeOf({ after, limit: page.limit }), prefix: belongingTo(id.name) };
    return this.#scan<VersionRecord>(id, collections.versions, range);
  }

  /** Every version of every function of the scope. */
  listAllVersions(scope: Scope): Promise<readonly Stored<VersionRecord>[]> {
    return this.#scan<VersionRecord>(scope, collections.versions, {});
  }

  /** In order of names; `after` is an alias. */
  listAliases(id: FunctionId, page: Page = {}): Promise<readonly Stored<AliasRecord>[]> {
    const after = page.after === undefined ? undefined : aliasKey(id.name, page.after);
    const range = { ...rangeOf({ after, limit: page.limit }), prefix: belongingTo(id.name) };
    return this.#scan<AliasRecord>(id, collections.aliases, range);
  }

  /** Functions and versions of the scope that wait for their deployment. */
  async listPending(scope: Scope): Promise<readonly (FunctionRecord | VersionRecord)[]> {
    const [functions, versions] = await Promise.all([
      this.#scan<FunctionRecord>(scope, collections.functions, { index: pendingIndex }),
      this.#scan<VersionRecord>(scope, collections.versions, { index: pendingIndex }),
    ]);
    return [...functions, ...versions].map(({ record }) => record);
  }

  /** Every account and region that ever held a function. */
  async scopes(): Promise<readonly Scope[]> {
    const keys = await this.#store.partitions();
    return keys.flatMap((key) =>
      key.service === service && isAccountId(key.account) && isRegion(key.region)
        ? [{ account: key.account, region: key.region }]
        : [],
    );
  }

  /** All operations or, throwing CommitConflict, none; durable when it resolves. */
  async commit(scope: Scope, operations: readonly StoreOperation[]): Promise<void> {
    await this.#partition(scope).commit(operations);
  }

  /** Runs `work` when all that was asked for before it, of the same function, has ended. Not to be nested. */
  async inTurn<Result>(id: FunctionId, work: () => Promise<Result>): Promise<Result> {
    const key = functionKey(id);
    const before = this.#turns.get(key);
    const { promise: turn, resolve: end } = Promise.withResolvers<void>();
    this.#turns.set(key, turn);
    await before;
    try {
      return await work();
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
      end();
    }
  }

  /** Changes, in commit order, of every partition that this repository has touched before them. */
  onChange(listener: (change: FunctionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    for (const { unwatch } of this.#watched.values()) for (const end of unwatch) end();
    this.#watched.clear();
    this.#listeners.clear();
  }

  async #get<Content>(scope: Scope, collection: string, key: string): Promise<Stored<Content> | undefined> {
    const document = await this.#partition(scope).get(collection, key);
    return document === undefined ? undefined : readStored<Content>(document);
  }

  async #scan<Content>(scope: Scope, collection: string, range: ScanRange): Promise<readonly Stored<Content>[]> {
    const documents = await this.#partition(scope).scan(collection, range);
    return documents.map((document) => readStored<Content>(document));
  }

  /** Watches a partition from the first touch, so that no change goes unseen between a read and its watch. */
  #partition(scope: Scope): Partition {
    const name = `${scope.account}/${scope.region}`;
    const known = this.#watched.get(name);
    if (known !== undefined) return known.partition;
    const key: PartitionKey = { account: scope.account, region: scope.region, service };
    const partition = this.#store.partition(key);
    this.#watched.set(name, { partition, unwatch: this.#watch(partition, scope) });
    return partition;
  }

  #watch(partition: Partition, scope: Scope): readonly (() => void)[] {
    const idOf = (key: string): FunctionId => ({
      account: scope.account,
      region: scope.region,
      name: key.split(":", 1)[0] ?? key,
    });
    const tellAll = (changes: readonly DocumentChange[]): void => {
      for (const change of changes) this.#tell({ id: idOf(change.key), record: recordOf(change) });
    };
    return [partition.watch(collections.functions, tellAll), partition.watch(collections.versions, tellAll)];
  }

  #tell(change: FunctionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const recordOf = (change: DocumentChange): FunctionRecord | VersionRecord | undefined =>
  change.kind === "put" ? readStored<FunctionRecord | VersionRecord>(change).record : undefined;

const rangeOf = ({ after, limit }: Page): ScanRange => ({
  ...(after === undefined ? {} : { after }),
  ...(limit === undefined ? {} : { limit }),
});
