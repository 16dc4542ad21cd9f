// What an environment is made of and whom it tells; what goes into one invoke of it and what comes out.
import type { Clock } from "../../core/clock.ts";
import type { RoleCredentials } from "../../core/credentials.ts";
import type { Ids } from "../../core/ids.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { LogSink } from "../../observe/log-sink.ts";
import type { SandboxDriver } from "../../sandbox/sandbox.ts";
import type { Invocation } from "../runtime-api/runtime-port.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { Environment } from "./environment.ts";

/** What every environment of an engine shares. */
export interface EnvironmentParts {
  readonly driver: SandboxDriver;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: RoleCredentials;
  readonly logs: LogSink;
  /** URL of the listener for functions; undefined: AWS itself. */
  readonly endpoint: () => string | undefined;
}

export interface EnvironmentPlan {
  readonly version: FunctionVersion;
  readonly runtime: Runtime;
  readonly taskRoot: string;
}

export interface EnvironmentObserver {
  /** It takes an invoke now. */
  available(environment: Environment): void;
  /** While it waited for an invoke its runtime ended; `available` follows. */
  unavailable(environment: Environment): void;
  /** It has answered and will be available soon, as a rule within the same millisecond. */
  settling(environment: Environment): void;
  /** Nothing is left of it. `fault`: why it never became available. */
  ended(environment: Environment, fault: unknown): void;
}

export interface InvocationRequest extends Omit<Invocation, "deadlineMs"> {
  readonly logTail: boolean;
}

export interface Settlement {
  readonly payload: Uint8Array;
  readonly functionError: "Unhandled" | undefined;
  readonly logTail: Buffer | undefined;
}
