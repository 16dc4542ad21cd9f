// All execution environments of this process, in one pool for each deployment of each function version.
import type { Clock } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import { functionKey, type FunctionId, type FunctionVersion } from "../../functions/function-version.ts";
import type { PooledEnvironment } from "../environment/environment-parts.ts";
import { engineStopping } from "../faults.ts";
import type { ProvisionedState } from "./provisioned-environments.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { ScalingRate } from "./scaling-rate.ts";
import type { StartGate } from "./start-gate.ts";
import { VersionPool, type OpenEnvironment, type PoolOwner, type VersionPoolParts } from "./version-pool.ts";

export interface FleetParts {
  readonly clock: Clock;
  readonly catalog: FunctionCatalog;
  readonly open: OpenEnvironment;
  readonly idleMs: number;
  readonly gate: StartGate;
  readonly budget: MemoryBudget;
  /** Of each function. */
  readonly newScaling: () => ScalingRate;
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

interface PoolFamily extends PoolOwner {
  /** Those that are retired stay until their last environment has gone. */
  readonly pools: Set<VersionPool>;
}

export class Fleet {
  readonly #catalog: FunctionCatalog;
  readonly #clock: Clock;
  readonly #poolParts: VersionPoolParts;
  readonly #byDeployment = new Map<string, VersionPool>();
  readonly #byFunction = new Map<string, PoolFamily>();
  readonly #newScaling: () => ScalingRate;
  readonly #budget: MemoryBudget;
  readonly #unwatch: () => void;
  #stopping = false;

  constructor({ clock, catalog, open, idleMs, gate, budget, newScaling, onError }: FleetParts) {
    this.#newScaling = newScaling;
    this.#catalog = catalog;
    this.#clock = clock;
    this.#poolParts = {
      clock,
      open,
      idleMs,
      gate,
      budget,
      onSpareFailed: (_version, fault) => onError(fault),
      onEmpty: (pool) => this.#forget(pool),
    };
    this.#budget = budget;
    budget.onShort(() => this.#evictOldest());
    this.#unwatch = catalog.onChange((id) => void this.#retireReplaced(id).catch(onError));
  }

  /** An environment of this deployment that takes an invoke now; plainly when one is warm. */
  acquire(version: FunctionVersion): PooledEnvironment | Promise<PooledEnvironment> {
    if (this.#stopping) throw engineStopping();
    // The id is a UUID of its own for each version of each function: no need to look by those first.
    const pool = this.#byDeployment.get(version.deploymentId) ?? this.#addPool(version);
    return pool.acquire();
  }

  /** Keeps so many environments of the deployment ready from now on; 0: none but those that invokes start. */
  provision(version: FunctionVersion, count: number, allocation: string | undefined): void {
    if (this.#stopping) return;
    const pool = this.#byDeployment.get(version.deploymentId) ?? (count === 0 ? undefined : this.#addPool(version));
    pool?.provision(count, allocation);
  }

  provisioned({ deploymentId }: FunctionVersion): ProvisionedState {
    return this.#byDeployment.get(deploymentId)?.provisioned ?? { allocated: 0, available: 0, failed: false };
  }

  /**
   * Ends the environments of the deployment, each after its invoke; those that come from now on are new ones. With
   * `spare` the first of them starts at once.
   */
  renew(version: FunctionVersion, { spare }: { readonly spare: boolean }): void {
    if (this.#stopping) return;
    const former = this.#byDeployment.get(version.deploymentId);
    const { count, allocation } = former?.wish ?? { count: 0, allocation: undefined };
    if (former !== undefined) this.#byDeployment.delete(version.deploymentId);
    const successor = spare || count > 0 ? this.#addPool(version) : undefined;
    former?.retire();
    // In this order: a pool with nothing to do is forgotten.
    if (spare) successor?.startSpare();
    successor?.provision(count, allocation);
  }

  /** Lets running invokes end within `graceMs`, then kills what is left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#unwatch();
    // Retired pools end each environment after its invoke and keep serving those that wait already.
    for (const pool of this.#pools()) pool.retire();
    await this.#emptied(graceMs);
    await Promise.all(this.#pools().map((pool) => pool.kill(engineStopping())));
    // Nobody needs what was waited for.
    this.#budget.serveWaiting();
  }

  #pools(): VersionPool[] {
    return [...this.#byFunction.values()].flatMap(({ pools }) => [...pools]);
  }

  /** Of all functions' environments the one that is idle for longest; false: none is idle. */
  #evictOldest(): boolean {
    let oldest: VersionPool | undefined;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const { pools } of this.#byFunction.values()) {
      for (const pool of pools) {
        const idleMs = pool.oldestIdleMs ?? oldestMs;
        if (idleMs < oldestMs) [oldest, oldestMs] = [pool, idleMs];
      }
    }
    oldest?.evictOldest();
    return oldest !== undefined;
  }

  #addPool(version: FunctionVersion): VersionPool {
    const key = functionKey(version.id);
    const family = this.#byFunction.get(key) ?? { functionKey: key, scaling: this.#newScaling(), pools: new Set<VersionPool>() };
    this.#byFunction.set(key, family);
    const pool = new VersionPool(version, family, this.#poolParts);
    this.#byDeployment.set(version.deploymentId, pool);
    family.pools.add(pool);
    return pool;
  }

  /** A pool that is retired stays in its function's set until its last environment has gone. */
  #forget(pool: VersionPool): void {
    if (this.#byDeployment.get(pool.version.deploymentId) === pool) this.#byDeployment.delete(pool.version.deploymentId);
    const siblings = this.#byFunction.get(pool.functionKey)?.pools;
    siblings?.delete(pool);
    if (siblings?.size === 0) this.#byFunction.delete(pool.functionKey);
    if (this.#byFunction.size === 0) this.#onEmptied();
  }

  /** Environments of what an alias no longer points to stay: their version may still be invoked by its number. */
  async #retireReplaced(id: FunctionId): Promise<void> {
    for (const pool of this.#byFunction.get(functionKey(id))?.pools ?? []) {
      const { version, deploymentId } = pool.version;
      if ((await this.#currentDeployment(id, version)) === deploymentId) continue;
      if (this.#byDeployment.get(deploymentId) === pool) this.#byDeployment.delete(deploymentId);
      pool.retire();
    }
  }

  /** Undefined when the version is gone or cannot be invoked. */
  async #currentDeployment(id: FunctionId, version: string): Promise<string | undefined> {
    try {
      return (await this.#catalog.resolve(id, version)).version.deploymentId;
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  #onEmptied = (): void => {};

  /** Resolves when no environment is left, or after `graceMs`. */
  #emptied(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#byFunction.size === 0 || graceMs === 0) {
        resolve();
        return;
      }
      const timer = this.#clock.after(graceMs, resolve);
      this.#onEmptied = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
