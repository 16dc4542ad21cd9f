// Remembers of each package which modules of its language a boot ahead may load for it. Known from the second cold start
// on: the first finds nothing ready as a rule, and must not wait for this.
import type { CodeReference } from "../../functions/function-version.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { CodeTrees } from "./code-trees.ts";

export interface ModulesAheadParts {
  readonly trees: Pick<CodeTrees, "hold">;
  /** The code could not be read: functions run without. */
  readonly onFailed: (error: unknown) => void;
}

/** Of a runtime that it matters to. */
export type AheadRuntime = Pick<Runtime, "versionHash" | "modulesAhead">;

/** Packages; those that came first are looked at again. */
const mostKnown = 10_000;

export class ModulesAhead {
  readonly #parts: ModulesAheadParts;
  readonly #known = new Map<string, string | undefined>();

  constructor(parts: ModulesAheadParts) {
    this.#parts = parts;
  }

  /** Undefined: none, or it is not known yet. */
  find({ versionHash }: AheadRuntime, { sha256 }: CodeReference): string | undefined {
    return this.#known.get(keyOf(versionHash, sha256));
  }

  /** Looks at the code, unless it has. Never rejects. */
  async learn({ versionHash, modulesAhead }: AheadRuntime, { sha256 }: CodeReference): Promise<void> {
    const key = keyOf(versionHash, sha256);
    if (modulesAhead === undefined || this.#known.has(key)) return;
    this.#known.set(key, undefined);
    const [oldest = key] = this.#known.keys();
    if (this.#known.size > mostKnown) this.#known.delete(oldest);
    try {
      const tree = await this.#parts.trees.hold(sha256);
      this.#known.set(key, await modulesAhead(tree.path).finally(() => tree.release()));
    } catch (error) {
      this.#parts.onFailed(error);
    }
  }
}

const keyOf = (versionHash: string, sha256: string): string => `${versionHash} ${sha256}`;
