// What an account keeps of code in a region. Read once and then kept up to date by the store's news, so that asking
// costs nothing however many functions there are.
import type { Scope } from "../core/context.ts";
import type { Collection } from "../store/collection.ts";
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
      let counting = counted.get(name);
      if (counting === undefined) {
        counted.set(name, (counting = countScope(repository, scope)));
        // Whoever asks next tries again.
        counting.catch(() => counted.delete(name));
      }
      const { codeBytes, functionCount } = await counting;
      return { codeBytes, functionCount };
    },
  };
}

async function countScope(repository: FunctionRepository, scope: Scope): Promise<ScopeUsage> {
  const usage = new ScopeUsage();
  const following = kinds.map(({ collection, codeOf }) =>
    repository.follow(scope, collection, (key, record) => usage.change(collection.name, key, record && codeOf(record).sizeBytes)),
  );
  await Promise.all(following);
  return usage;
}

class ScopeUsage implements CodeUsage {
  codeBytes = 0;
  /** By collection, then by key. */
  readonly #sizes = new Map(kinds.map(({ collection }) => [collection.name, new Map<string, number>()]));

  get functionCount(): number {
    return this.#sizes.get(functions.name)?.size ?? 0;
  }

  /** `bytes` undefined: deleted. */
  change(collection: string, key: string, bytes: number | undefined): void {
    const sizes = this.#sizes.get(collection);
    this.codeBytes += (bytes ?? 0) - (sizes?.get(key) ?? 0);
    if (bytes === undefined) sizes?.delete(key);
    else sizes?.set(key, bytes);
  }
}
