// Which versions of which runtimes are on this machine: looked up once, and again when something was installed.
import { createHash } from "node:crypto";
import type { FoundRuntime, Language } from "./language.ts";
import type { InstalledVersion } from "./runtime.ts";

/** A version that can be made ready to run. */
export interface FoundVersion extends InstalledVersion, Pick<FoundRuntime, "open"> {}

export class InstalledRuntimes {
  readonly #languages: ReadonlyMap<string, Language>;
  readonly #found = new Map<string, readonly FoundVersion[]>();
  readonly #looking = new Map<string, Promise<readonly FoundVersion[]>>();
  readonly #listeners = new Set<(id: string) => void>();

  constructor(languages: readonly Language[]) {
    this.#languages = new Map(languages.flatMap((language) => language.ids.map((id) => [id, language] as const)));
  }

  get ids(): readonly string[] {
    return [...this.#languages.keys()];
  }

  languageOf(id: string): Language | undefined {
    return this.#languages.get(id);
  }

  /** What the last look found, newest first; undefined when there was none. */
  known(id: string): readonly FoundVersion[] | undefined {
    return this.#found.get(id);
  }

  /** Newest first; looks when nothing is known. */
  versions(id: string): readonly FoundVersion[] | Promise<readonly FoundVersion[]> {
    return this.#found.get(id) ?? this.look(id);
  }

  look(id: string): Promise<readonly FoundVersion[]> {
    const looking = this.#looking.get(id) ?? this.#look(id).finally(() => this.#looking.delete(id));
    this.#looking.set(id, looking);
    return looking;
  }

  /** Of every runtime that was asked for before. */
  async lookAgain(): Promise<void> {
    // A look that began before the news may have missed it.
    await Promise.allSettled(this.#looking.values());
    await Promise.all(Array.from(this.#found.keys(), (id) => this.look(id)));
  }

  onNewest(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #look(id: string): Promise<readonly FoundVersion[]> {
    const found = await versionsFound(id, this.#languages.get(id));
    const before = this.#found.get(id);
    this.#found.set(id, found);
    if (before !== undefined && before[0]?.hash !== found[0]?.hash) for (const listener of this.#listeners) listener(id);
    return found;
  }
}

/** Without keeping anything: also of what a language installs that is no runtime. */
export async function versionsFound(id: string, language: Language | undefined): Promise<readonly FoundVersion[]> {
  const found = (await language?.find(id)) ?? [];
  return found.map((runtime) => ({ ...runtime, hash: hashOf(id, runtime.version) }));
}

/** The same wherever the version is installed, so that what is pinned to it runs on every machine that has it. */
const hashOf = (id: string, version: string): string => createHash("sha256").update(`${id}\n${version}`).digest("hex");
