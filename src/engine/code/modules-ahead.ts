// Remembers of each package which modules a boot ahead may load for it. Known from the second cold start
// on: the first finds nothing ready as a rule, and must not wait for this.
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { CodeTrees } from "./code-trees.ts";
import { holdTrees, layerPackages } from "./deployed-trees.ts";

export interface ModulesAheadParts {
  readonly trees: CodeTrees;
  /** The code could not be read: functions run without. */
  readonly onFailed: (error: unknown) => void;
}

/** Of a runtime that it matters to. */
export type AheadRuntime = Pick<Runtime, "versionHash" | "modulesAhead">;

/** What the code consists of. */
type Packages = Pick<FunctionConfiguration, "code" | "layers">;

/** Packages; those that came first are looked at again. */
const mostKnown = 10_000;

export class ModulesAhead {
  readonly #parts: ModulesAheadParts;
  readonly #known = new Map<string, string | undefined>();
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: ModulesAheadParts) {
    this.#parts = parts;
  }

  /** Undefined: none, or it is not known yet. */
  find({ versionHash }: AheadRuntime, packages: Packages): string | undefined {
    return this.#known.get(keyOf(versionHash, packages));
  }

  /** Looks at the code, unless it has; at one package after the other. */
  learn({ versionHash, modulesAhead }: AheadRuntime, packages: Packages): void {
    const key = keyOf(versionHash, packages);
    if (modulesAhead === undefined || this.#known.has(key)) return;
    this.#known.set(key, undefined);
    const [oldest = key] = this.#known.keys();
    if (this.#known.size > mostKnown) this.#known.delete(oldest);
    this.#last = this.#last.then(() => this.#look(key, modulesAhead, packages)).catch(this.#parts.onFailed);
  }

  /** Resolves when it reads nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#last;
  }

  async #look(key: string, modulesAhead: NonNullable<Runtime["modulesAhead"]>, packages: Packages): Promise<void> {
    if (this.#isStopped) return;
    const trees = await holdTrees(this.#parts.trees, packages);
    try {
      this.#known.set(key, await modulesAhead([trees.taskRoot, trees.optRoot].filter((root) => root !== undefined)));
    } finally {
      trees.release();
    }
  }
}

const keyOf = (versionHash: string, packages: Packages): string => [versionHash, packages.code.sha256, ...layerPackages(packages)].join(" ");
