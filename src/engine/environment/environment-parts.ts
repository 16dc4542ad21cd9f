// What an environment is made of; what goes into one invoke of it and what comes out.
import type { Clock, Timers } from "../../core/clock.ts";
import type { RoleCredentials } from "../../core/credentials.ts";
import type { Ids } from "../../core/ids.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { LogSink } from "../../observe/log-sink.ts";
import type { SandboxDriver } from "../../sandbox/sandbox.ts";
import type { Invocation } from "../runtime-api/runtime-port.ts";
import type { ResponseReceiver } from "./response.ts";
import type { Runtime } from "../runtimes/runtime.ts";

/** What every environment of an engine shares. */
export interface EnvironmentParts {
  readonly driver: Pick<SandboxDriver, "open">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: RoleCredentials;
  readonly logs: LogSink;
  /** URL of the listener for functions; undefined: AWS itself. */
  readonly endpoint: () => string | undefined;
}

/** Value of AWS_LAMBDA_INITIALIZATION_TYPE. */
export type InitializationType = "on-demand" | "provisioned-concurrency" | "lambda-managed-instances";

/** Limit of an init that no invoke waits for; the function's timeout if that is longer. */
export const longInitMs = 130_000;

/** An execution environment as its pool sees it. */
export interface PooledEnvironment {
  readonly id: string;
  /** Invokes that it runs at once, at most. */
  readonly concurrency: number;
  readonly takesInvoke: boolean;
  /** Whether the runtime waits for an event, so that an invoke needs no init. */
  readonly isWarm: boolean;
  /** Whether it runs an invoke. */
  readonly isBusy: boolean;
  /** The most that it has used, as far as is known; 0: nothing is. */
  readonly memoryBytes: number;
  /** Whether a debugger may be attached: it is neither frozen nor ended for being idle. */
  readonly isInspected: boolean;
  /** Begins the first init; the observer hears how it ends. Once. */
  start(): void;
  /** Runs one event. Rejects only when the host fails or the environment is stopped. */
  invoke(request: InvocationRequest): Promise<Settlement>;
  /** Kills all of it; a running invoke is rejected. Resolves when nothing is left. May be called again. */
  stop(): Promise<void>;
  /** Ends it once it runs nothing. */
  retire(): void;
}

/** Who is told what an environment may be used for: the pool of its version. */
export interface EnvironmentObserver {
  /** It takes an invoke now; one that runs several at once says so for each. */
  available(environment: PooledEnvironment): void;
  /** It takes no invoke any more: it is being ended. `ended` follows. */
  unavailable(environment: PooledEnvironment): void;
  /** It takes no invoke until its processes have ended; then it is `available` again, or `ended`. */
  resetting(environment: PooledEnvironment): void;
  /** It has answered and will be available soon, as a rule within the same millisecond; so many times, undefined: once. */
  settling(environment: PooledEnvironment, slots?: number): void;
  /** Nothing is left of it. `fault`: why it never became available. */
  ended(environment: PooledEnvironment, fault: unknown): void;
}

export interface EnvironmentPlan {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: Runtime;
  readonly taskRoot: string;
  /** Undefined without layers. */
  readonly optRoot: string | undefined;
  /** What the runtime has compiled of the code ahead, if there is something. */
  readonly compiledDir?: string | undefined;
  /** What a runtime that waits for this code may have loaded, if that is known (Runtime.modulesAhead). */
  readonly modulesAhead?: string | undefined;
  /** For the limits of init and invoke, where they are not to run all the time; otherwise the clock. */
  readonly timers?: Timers | undefined;
  /** Port of 127.0.0.1 where the language's inspector is to listen; undefined: it is not started. */
  readonly inspectorPort?: number | undefined;
}

export interface InvocationRequest extends Omit<Invocation, "deadlineMs"> {
  readonly logTail: boolean;
  /** Of a caller who takes the response as it is written; undefined: whole, in the settlement. */
  readonly receiver: ResponseReceiver | undefined;
}

export interface Settlement {
  /** The response or the error; of a response that went to a receiver nothing. */
  readonly payload: Uint8Array;
  /** Of a whole response, where the guest said it. */
  readonly contentType: string | undefined;
  readonly functionError: "Unhandled" | undefined;
  /** `Runtime.ExitError`, `Sandbox.Timedout`, … when there is a function error. */
  readonly errorType: string | undefined;
  readonly logTail: Buffer | undefined;
}
