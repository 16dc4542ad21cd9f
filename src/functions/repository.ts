// Functions, versions, aliases and tags in the store: reads, atomic writes and news of changes.
import type { StoreOperation } from "../store/operation.ts";
import type { Partition, PartitionKey, ScanRange, Store } from "../store/store.ts";
import { isAccountId, isRegion } from "../core/context.ts";
import type { Scope } from "./address.ts";
import type { Collection, Stored } from "./collection.ts";
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

/** Keys after `after`, at most `limit`. */
export interface Page {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const service = "lambda";

interface Watched {
  readonly scope: Scope;
  readonly partition: Partition;
  readonly unwatch: (() => void)[];
}

export class FunctionRepository {
  readonly #store: Store;
  readonly #listeners = new Set<(change: FunctionChange) => void>();
  /** Partitions that were touched, by `account/region`, each with what ends its watches. */
  readonly #watched = new Map<string, Watched>();
  /** Begin watches of a partition that is touched for the first time. */
  readonly #everywhere: ((scope: Scope) => void)[] = [];
  /** The end of the last change of each resource that is being changed, by its ARN. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Any kind of record by its key. */
  async get<Content extends object>(
    scope: Scope,
    collection: Pick<Collection<Content>, "name" | "read">,
    key: string,
  ): Promise<Stored<Content> | undefined> {
    const document = await this.#partition(scope).get(collection.name, key);
    return document === undefined ? undefined : collection.read(document);
  }

  /** Any kind of record in order of keys (or of an index): one snapshot. */
  async scan<Content extends object>(
    scope: Scope,
    collection: Pick<Collection<Content>, "name" | "read">,
    range: ScanRange = {},
  ): Promise<readonly Stored<Content>[]> {
    const documents = await this.#partition(scope).scan(collection.name, range);
    return documents.map((document) => collection.read(document));
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

  /** Runs `work` when all that was asked for before it, of the resource with this ARN, has ended. Never a function's inside a function's. */
  async inTurn<Result>(arn: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(arn);
    const { promise: turn, resolve: end } = Promise.withResolvers<void>();
    this.#turns.set(arn, turn);
    await before;
    try {
      return await work();
    } finally {
      if (this.#turns.get(arn) === turn) this.#turns.delete(arn);
      end();
    }
  }

  /** Changes, in commit order, of every partition that this repository has touched before them. */
  onChange(listener: (change: FunctionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Changes of one kind of record, in commit order, until this repository is closed. `record` undefined: deleted.
   * Returns what ends it before.
   */
  watch<Content extends object>(
    scope: Scope,
    collection: Pick<Collection<Content>, "name" | "read">,
    listener: (key: string, record: Content | undefined) => void,
  ): () => void {
    const { partition, unwatch } = this.#watchedOf(scope);
    const end = partition.watch(collection.name, (changes) => {
      for (const change of changes) listener(change.key, change.kind === "put" ? collection.read(change).record : undefined);
    });
    unwatch.push(end);
    return end;
  }

  /** Tells every record of a kind that there is and, from then on, every change. Resolves when all have been told once. */
  async follow<Content extends object>(
    scope: Scope,
    collection: Pick<Collection<Content>, "name" | "read">,
    listener: (key: string, record: Content | undefined) => void,
  ): Promise<void> {
    /** Keys of which there was news before all was read: it is not older than what is read. */
    let heard: Set<string> | undefined = new Set();
    const end = this.watch(scope, collection, (key, record) => {
      heard?.add(key);
      listener(key, record);
    });
    try {
      for (const { key, record } of await this.scan(scope, collection)) if (!heard.has(key)) listener(key, record);
      heard = undefined;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The same in every account and region that this repository touches. */
  watchAll<Content extends object>(
    collection: Pick<Collection<Content>, "name" | "read">,
    listener: (scope: Scope, key: string, record: Content | undefined) => void,
  ): void {
    const start = (scope: Scope): void => {
      this.watch(scope, collection, (key, record) => listener(scope, key, record));
    };
    this.#everywhere.push(start);
    for (const { scope } of this.#watched.values()) start(scope);
  }

  close(): void {
    for (const { unwatch } of this.#watched.values()) for (const end of unwatch) end();
    this.#watched.clear();
    this.#listeners.clear();
  }

  #partition(scope: Scope): Partition {
    return this.#watchedOf(scope).partition;
  }

  /** Watches a partition from the first touch, so that no change goes unseen between a read and its watch. */
  #watchedOf(scope: Scope): Watched {
    const name = `${scope.account}/${scope.region}`;
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const key: PartitionKey = { account: scope.account, region: scope.region, service };
    const partition = this.#store.partition(key);
    const watched = { scope, partition, unwatch: this.#watch(partition, scope) };
    this.#watched.set(name, watched);
    for (const start of this.#everywhere) start(scope);
    return watched;
  }

  #watch(partition: Partition, scope: Scope): (() => void)[] {
    const idOf = (key: string): FunctionId => ({
      account: scope.account,
      region: scope.region,
      name: key.split(":", 1)[0] ?? key,
    });
    return [functions, versions].map((collection) =>
      partition.watch(collection.name, (changes) => {
        for (const change of changes) {
          const record = change.kind === "put" ? collection.read(change).record : undefined;
          this.#tell({ id: idOf(change.key), record });
        }
      }),
    );
  }

  #tell(change: FunctionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const rangeOf = ({ after, limit }: Page): ScanRange => ({
  ...(after === undefined ? {} : { after }),
  ...(limit === undefined ? {} : { limit }),
});
