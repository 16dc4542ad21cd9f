// What a service keeps, as records: reads, atomic writes, turns and news of changes, in every account and region.
import { isAccountId, isRegion, type Scope } from "../core/context.ts";
import type { Fault } from "../core/faults.ts";
import type { Collection, Stored } from "./collection.ts";
import type { StoreOperation } from "./operation.ts";
import type { Partition, ScanRange, Store } from "./store.ts";

/** Keys after `after`, at most `limit`. */
export interface Page {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** How records of a kind are found and read. */
export type Kind<Content extends object> = Pick<Collection<Content>, "name" | "read">;

export interface RecordsOf {
  /** As in ARNs. */
  readonly service: string;
  /** What a caller is told when others change the resource faster than this change can be decided. */
  readonly tooManyConflicts: (arn: string, cause: unknown) => Fault;
}

interface Watched {
  readonly scope: Scope;
  readonly partition: Partition;
  readonly unwatch: (() => void)[];
}

export class Records {
  readonly tooManyConflicts: RecordsOf["tooManyConflicts"];
  readonly #store: Store;
  readonly #service: string;
  /** Partitions that were touched, by `account/region`, each with what ends its watches. */
  readonly #watched = new Map<string, Watched>();
  /** Begin watches of a partition that is touched for the first time. */
  readonly #everywhere: ((scope: Scope) => void)[] = [];
  /** The end of the last change of each resource that is being changed, by its ARN. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(store: Store, { service, tooManyConflicts }: RecordsOf) {
    this.tooManyConflicts = tooManyConflicts;
    this.#store = store;
    this.#service = service;
  }

  /** Any kind of record by its key. */
  async get<Content extends object>(scope: Scope, kind: Kind<Content>, key: string): Promise<Stored<Content> | undefined> {
    const document = await this.partition(scope).get(kind.name, key);
    return document === undefined ? undefined : kind.read(document);
  }

  /** Any kind of record in order of keys (or of an index): one snapshot. */
  async scan<Content extends object>(scope: Scope, kind: Kind<Content>, range: ScanRange = {}): Promise<readonly Stored<Content>[]> {
    const documents = await this.partition(scope).scan(kind.name, range);
    return documents.map((document) => kind.read(document));
  }

  /** Every account and region that ever held anything of this service. */
  async scopes(): Promise<readonly Scope[]> {
    const keys = await this.#store.partitions();
    return keys.flatMap((key) =>
      key.service === this.#service && isAccountId(key.account) && isRegion(key.region)
        ? [{ account: key.account, region: key.region }]
        : [],
    );
  }

  /** All operations or, throwing CommitConflict, none; durable when it resolves. */
  async commit(scope: Scope, operations: readonly StoreOperation[]): Promise<void> {
    await this.partition(scope).commit(operations);
  }

  /** Queues, streams and timers beside the records. Changes of records are told from the first touch on. */
  partition(scope: Scope): Partition {
    return this.#watchedOf(scope).partition;
  }

  /** Runs `work` when all that was asked for before it, of the resource with this ARN, has ended. Never the same inside itself. */
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

  /**
   * Changes of one kind of record, in commit order, until these records are closed. `record` undefined: deleted.
   * Returns what ends it before.
   */
  watch<Content extends object>(
    scope: Scope,
    kind: Kind<Content>,
    listener: (key: string, record: Content | undefined) => void,
  ): () => void {
    const { partition, unwatch } = this.#watchedOf(scope);
    const end = partition.watch(kind.name, (changes) => {
      for (const change of changes) listener(change.key, change.kind === "put" ? kind.read(change).record : undefined);
    });
    unwatch.push(end);
    return end;
  }

  /** Tells every record of a kind that there is and, from then on, every change. Resolves when all have been told once. */
  async follow<Content extends object>(
    scope: Scope,
    kind: Kind<Content>,
    listener: (key: string, record: Content | undefined) => void,
  ): Promise<void> {
    /** Keys of which there was news before all was read: it is not older than what is read. */
    let heard: Set<string> | undefined = new Set();
    const end = this.watch(scope, kind, (key, record) => {
      heard?.add(key);
      listener(key, record);
    });
    try {
      for (const { key, record } of await this.scan(scope, kind)) if (!heard.has(key)) listener(key, record);
      heard = undefined;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The same in every account and region that these records touch. */
  watchAll<Content extends object>(
    kind: Kind<Content>,
    listener: (scope: Scope, key: string, record: Content | undefined) => void,
  ): void {
    this.onTouch((scope) => void this.watch(scope, kind, (key, record) => listener(scope, key, record)));
  }

  close(): void {
    for (const { unwatch } of this.#watched.values()) for (const end of unwatch) end();
    this.#watched.clear();
  }

  /** Calls `begin` for every account and region that is or will be touched, before anything of it is read. */
  onTouch(begin: (scope: Scope) => void): void {
    this.#everywhere.push(begin);
    for (const { scope } of this.#watched.values()) begin(scope);
  }

  /** Watches a partition from the first touch, so that no change goes unseen between a read and its watch. */
  #watchedOf(scope: Scope): Watched {
    const name = `${scope.account}/${scope.region}`;
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const { account, region } = scope;
    const watched = { scope: { account, region }, partition: this.#store.partition({ account, region, service: this.#service }), unwatch: [] };
    this.#watched.set(name, watched);
    for (const begin of this.#everywhere) begin(watched.scope);
    return watched;
  }
}

export const rangeOf = ({ after, limit }: Page): ScanRange => ({
  ...(after === undefined ? {} : { after }),
  ...(limit === undefined ? {} : { limit }),
});
