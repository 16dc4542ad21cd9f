// What an account keeps of code in a region. Read once and then kept up to date by the store's news, so that asking
// costs nothing however many functions there are.
import type { Scope } from "./address.ts";
import type { Collection } from "./collection.ts";
import { functions, versions } from "./documents.ts";
import type { CodeReference } from "./function-version.ts";
import { layerVersions } from "./layers.ts";
import type { FunctionRepository } from "./repository.ts";

export interface CodeUsage {
  /** Zips of all functions, versions and layers; AWS counts each separately, also where it is the same zip. */
  readonly codeBytes: number;
  readonly functionCount: number;
}

export interface CodeStorage {
  used(scope: Scope): Promise<CodeUsage>;
}

interface CodeKind {
  readonly collection: Pick<Collection<object>, "name" | "read">;
  readonly codeOf: (record: object) => CodeReference;
}

const kindOf = <Content extends object>(collection: Collection<Content>, codeOf: (record: Content) => CodeReference): CodeKind => ({
  collection,
  codeOf: (record) => codeOf(record as Content),
});

/** One line a kind of record that keeps a package. */
const kinds: readonly CodeKind[] = [
  kindOf(functions, ({ configuration }) => configuration.code),
  kindOf(versions, ({ configuration }) => configuration.code),
  kindOf(layerVersions, ({ code }) => code),
];

export function openCodeStorage(repository: FunctionRepository): CodeStorage {
  const counted = new Map<string, Promise<ScopeUsage>>();
  return {
    async used(scope) {
      const name = `${scope.account}/${scope.region}`;
      const counting = counted.get(name) ?? countScope(repository, scope);
      counted.set(name, counting);
      const { codeBytes, functionCount } = await counting;
      return { codeBytes, functionCount };
    },
  };
}

async function countScope(repository: FunctionRepository, scope: Scope): Promise<ScopeUsage> {
  const usage = new ScopeUsage();
  for (const { collection, codeOf } of kinds) {
    repository.watch(scope, collection, (key, record) => usage.change(collection.name, key, record && codeOf(record).sizeBytes));
    const found = await repository.scan(scope, collection);
    usage.begin(collection.name, found.map(({ key, record }) => [key, codeOf(record).sizeBytes]));
  }
  return usage;
}

class ScopeUsage implements CodeUsage {
  codeBytes = 0;
  /** By collection, then by key. */
  readonly #sizes = new Map<string, Map<string, number>>();
  /** News that came while a collection was read for the first time: newer than what is read. */
  readonly #early = new Map<string, (readonly [key: string, bytes: number | undefined])[]>();

  get functionCount(): number {
    return this.#sizes.get(functions.name)?.size ?? 0;
  }

  begin(collection: string, found: readonly (readonly [key: string, bytes: number])[]): void {
    this.#sizes.set(collection, new Map(found));
    for (const [, bytes] of found) this.codeBytes += bytes;
    for (const [key, bytes] of this.#early.get(collection) ?? []) this.change(collection, key, bytes);
    this.#early.delete(collection);
  }

  /** `bytes` undefined: deleted. */
  change(collection: string, key: string, bytes: number | undefined): void {
    const sizes = this.#sizes.get(collection);
    if (sizes === undefined) {
      this.#early.set(collection, [...(this.#early.get(collection) ?? []), [key, bytes]]);
      return;
    }
    this.codeBytes += (bytes ?? 0) - (sizes.get(key) ?? 0);
    if (bytes === undefined) sizes.delete(key);
    else sizes.set(key, bytes);
  }
}
