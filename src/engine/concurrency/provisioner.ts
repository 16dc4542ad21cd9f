// The reconciler of provisioned concurrency: what is set for versions and aliases becomes environments of the versions
// that they lead to. It finds its work in the store, so that a restart brings all of it up again.
import type { ConcurrencySettings } from "../../functions/concurrency-settings.ts";
import type { ProvisionedConcurrencyRecord } from "../../functions/concurrency.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import { functionKey, type FunctionId, type FunctionVersion } from "../../functions/function-version.ts";
import type { Fleet } from "../placement/fleet.ts";
import type { ProvisionedState } from "../placement/provisioned-environments.ts";

export interface ProvisionerParts {
  readonly catalog: FunctionCatalog;
  readonly concurrency: Pick<ConcurrencySettings, "of" | "onChange" | "provisioned">;
  readonly fleet: Fleet;
  readonly onError: (error: unknown) => void;
}

/** Environments of one version that one setting asks for. */
interface Share {
  readonly version: FunctionVersion;
  readonly count: number;
}

/** What was made of a function's settings, by the id of each. */
type Allocations = ReadonlyMap<string, readonly Share[]>;

export class Provisioner {
  readonly #parts: ProvisionerParts;
  readonly #allocations = new Map<string, Allocations>();
  /** Work on each function, and whether there is news since it began. */
  readonly #running = new Map<string, { again: boolean }>();
  readonly #unwatch: (() => void)[] = [];
  #stopped = false;

  constructor(parts: ProvisionerParts) {
    this.#parts = parts;
  }

  /** Takes up what is set in every account and region, and follows the news. */
  start(): void {
    const { catalog, concurrency, onError } = this.#parts;
    this.#unwatch.push(
      concurrency.onChange((id) => this.#reconcile(id)),
      // A version becomes active, an alias moves, a function goes.
      catalog.onChange((id) => {
        const key = functionKey(id);
        if (this.#allocations.has(key) || this.#running.has(key)) this.#reconcile(id);
      }),
    );
    concurrency.provisioned().then((found) => found.forEach((id) => this.#reconcile(id)), onError);
  }

  stop(): void {
    this.#stopped = true;
    for (const end of this.#unwatch.splice(0)) end();
  }

  /** Undefined: nothing has been done for this setting yet. */
  stateOf(id: FunctionId, allocationId: string): ProvisionedState | undefined {
    const shares = this.#allocations.get(functionKey(id))?.get(allocationId);
    const states = shares?.map(({ version, count }) => {
      const { allocated, available, failed } = this.#parts.fleet.provisioned(version);
      // While one is ending there may be more than are asked for.
      return { allocated: Math.min(allocated, count), available: Math.min(available, count), failed };
    });
    return states?.reduce(
      (sum, state) => ({
        allocated: sum.allocated + state.allocated,
        available: sum.available + state.available,
        failed: sum.failed || state.failed,
      }),
      { allocated: 0, available: 0, failed: false },
    );
  }

  /** One pass at a time for each function, and another one after news. */
  #reconcile(id: FunctionId): void {
    const key = functionKey(id);
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.again = true;
      return;
    }
    const pass = { again: false };
    this.#running.set(key, pass);
    this.#apply(id)
      .catch(this.#parts.onError)
      .finally(() => {
        this.#running.delete(key);
        if (pass.again && !this.#stopped) this.#reconcile(id);
      });
  }

  async #apply(id: FunctionId): Promise<void> {
    const { concurrency, fleet } = this.#parts;
    const key = functionKey(id);
    const { provisioned } = (await concurrency.of(id)).of(id.name);
    const shares = await Promise.all(
      Array.from(provisioned.values(), async (record) => [record.allocationId, await this.#sharesOf(id, record)] as const),
    );
    if (this.#stopped) return;
    const before = this.#allocations.get(key) ?? new Map<string, readonly Share[]>();
    const now: Allocations = new Map(shares);
    if (now.size === 0) this.#allocations.delete(key);
    else this.#allocations.set(key, now);
    const kept = new Set([...now.values()].flat().map(({ version }) => version.deploymentId));
    for (const { version } of [...before.values()].flat())
      if (!kept.has(version.deploymentId)) fleet.provision(version, 0, undefined);
    for (const [allocationId, ofSetting] of now)
      for (const { version, count } of ofSetting) fleet.provision(version, count, allocationId);
  }

  /** Of an alias with weights each version gets its part. */
  async #sharesOf(id: FunctionId, { qualifier, executions }: ProvisionedConcurrencyRecord): Promise<readonly Share[]> {
    try {
      const [main, additional] = await this.#parts.catalog.targets(id, qualifier);
      if (main === undefined) return [];
      const toAdditional = Math.round(executions * (additional?.share ?? 0));
      const shares = [{ version: main.version, count: executions - toAdditional }];
      return additional === undefined ? shares : [...shares, { version: additional.version, count: toAdditional }];
    } catch (error) {
      // Not deployed yet, or going: news will follow.
      if (error instanceof Fault) return [];
      throw error;
    }
  }
}
