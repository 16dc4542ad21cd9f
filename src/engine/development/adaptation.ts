// What a developer's tool changes about the environments of one function version; every other function's are untouched.
import type { Timers } from "../../core/clock.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { SandboxDriver } from "../../sandbox/sandbox.ts";
import type { PooledEnvironment } from "../environment/environment-parts.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";

/** Of one environment. What is left out stays as it is. */
export interface Adaptation {
  readonly timers?: Timers;
  readonly inspectorPort?: number;
  /** Folder of the host that is run in place of the deployed code. */
  readonly taskRoot?: string;
  readonly driver?: Pick<SandboxDriver, "open">;
  opened?(environment: PooledEnvironment, plan: EnvironmentPlan): void;
  /** As EnvironmentObserver has it. */
  available?(environment: PooledEnvironment): void;
  /** Nothing is left of it, or it never came to be. */
  ended?(): void;
}

/** Asked for each environment that is about to be opened. Undefined: it is like any other. */
export type Adapt = (version: FunctionVersion) => Adaptation | Promise<Adaptation> | undefined;

/** Of code that is developed and debugged at once: a runtime that was started ahead has no inspector. */
export function joined(developed: Adaptation, debugged: Adaptation): Adaptation {
  const { driver: _unused, ...code } = developed;
  return {
    ...code,
    ...debugged,
    opened(environment, plan) {
      developed.opened?.(environment, plan);
      debugged.opened?.(environment, plan);
    },
  };
}
