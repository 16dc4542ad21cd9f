// For a function that somebody works on, where the driver shows code only to sandboxes that it makes for it: a sandbox
// with the folder of the code, in which a runtime is booted and waits. The next environment takes it.
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import { specOf } from "../environment/launch.ts";
import { BootedRuntime, isBootable } from "../preboot/booted-runtime.ts";
import { StandbySandbox } from "../preboot/standby-sandbox.ts";

export interface StandbyParts {
  readonly driver: Pick<SandboxDriver, "open">;
  readonly ids: Ids;
  readonly clock: Clock;
}

interface Prepared {
  readonly spec: SandboxSpec;
  readonly sandbox: Sandbox;
  readonly runtime: BootedRuntime;
}

export class Standby implements Pick<SandboxDriver, "open"> {
  readonly #parts: StandbyParts;
  #booting: Promise<Prepared | undefined> | undefined;

  constructor(parts: StandbyParts) {
    this.#parts = parts;
  }

  /** Boots one for the next environment that is like this one, unless one is there. */
  prepare(plan: EnvironmentPlan): void {
    if (this.#booting !== undefined || !isBootable(plan)) return;
    // What cannot be booted now fails again in an environment, where it is reported.
    this.#booting = this.#boot(plan).catch(() => undefined);
  }

  /** The sandbox of what stands by when it is for the same code, else a new one. */
  async open(spec: SandboxSpec): Promise<Sandbox> {
    const prepared = await this.#take();
    if (prepared === undefined) return this.#parts.driver.open(spec);
    if (isFor(prepared.spec, spec) && prepared.runtime.isRunning) return new StandbySandbox(prepared.sandbox, prepared.runtime);
    await prepared.sandbox.close();
    return this.#parts.driver.open(spec);
  }

  async discard(): Promise<void> {
    const prepared = await this.#take();
    await prepared?.sandbox.close();
  }

  #take(): Promise<Prepared | undefined> {
    const booting = this.#booting;
    this.#booting = undefined;
    return booting ?? Promise.resolve(undefined);
  }

  async #boot(plan: EnvironmentPlan): Promise<Prepared> {
    const { driver, ids, clock } = this.#parts;
    const spec = specOf(plan, ids.hex(16));
    const sandbox = await driver.open(spec);
    try {
      return { spec, sandbox, runtime: await BootedRuntime.boot(sandbox, { runtime: plan.runtime, memoryMiB: spec.memoryMiB, modules: plan.modulesAhead }, clock) };
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }
}

const isFor = (prepared: SandboxSpec, wanted: SandboxSpec): boolean => isDeepStrictEqual({ ...prepared, id: "" }, { ...wanted, id: "" });
