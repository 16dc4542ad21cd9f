// What a developer's tool changes about the environments of one function version; every other function's are untouched.
import type { Timers } from "../../core/clock.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { Environment } from "../environment/environment.ts";

/** Of one environment. What is left out stays as it is. */
export interface Adaptation {
  readonly timers?: Timers;
  readonly inspectorPort?: number;
  opened?(environment: Environment, taskRoot: string): void;
  /** Nothing is left of it, or it never came to be. */
  ended(): void;
}

/** Asked for each environment that is about to be opened. Undefined: it is like any other. */
export type Adapt = (version: FunctionVersion) => Promise<Adaptation> | undefined;
