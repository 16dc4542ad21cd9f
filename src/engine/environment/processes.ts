// The processes of one environment through all its runs: a sandbox, whose files outlive a reset, and the run that is in
// progress. What happens to them goes to their owner, unless it was meant to.
import { formatFunctionArn } from "../../core/arn.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import type { Sandbox, SandboxExit } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import type { ShutdownReason } from "../runtime-api/extensions-port.ts";
import type { RuntimePort } from "../runtime-api/runtime-port.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { EnvironmentParts, EnvironmentPlan } from "./environment-parts.ts";
import type { Extensions } from "./extensions.ts";
import { exited, extensionFailed, type Failure } from "./failure.ts";
import { specOf } from "./launch.ts";
import { Run } from "./run.ts";

export interface ProcessesOwner {
  /** As the runtime reaches it. */
  readonly port: RuntimePort;
  /** The runtime or an extension of the present run has ended, at a time that was not its own. */
  onExit(failureFor: (requestId: string) => Failure): void;
  /** Whether it waits for nothing that a guest could have said before it ended. */
  isIdle(): boolean;
  /** A run could not be started. */
  onRefused(error: unknown): void;
}

export interface ProcessesParts {
  readonly parts: EnvironmentParts;
  readonly plan: EnvironmentPlan;
  readonly log: EnvironmentLog;
  readonly extensions: Extensions;
}

export class Processes {
  readonly #id: string;
  readonly #parts: EnvironmentParts;
  readonly #plan: EnvironmentPlan;
  readonly #log: EnvironmentLog;
  readonly #extensions: Extensions;
  readonly #telemetry: Telemetry;
  readonly #owner: ProcessesOwner;
  readonly #credentials: SessionCredentials;
  #sandbox: Sandbox | undefined;
  #run: Run | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  /** `id`: of the environment. */
  constructor(
    id: string,
    { parts, plan, log, extensions }: ProcessesParts,
    owner: ProcessesOwner,
  ) {
    const { id: functionId, configuration } = plan.version;
    this.#id = id;
    this.#parts = parts;
    this.#plan = plan;
    this.#log = log;
    this.#extensions = extensions;
    const connect: Sandbox["connect"] = async (port) => this.#sandbox?.connect(port) ?? Promise.reject(new Error("the sandbox is not there yet"));
    this.#telemetry = new Telemetry({ clock: parts.clock, log, extensions, version: plan.version, connect });
    this.#owner = owner;
    this.#credentials = parts.credentials.issue(configuration.role, { sessionName: functionId.name, functionArn: formatFunctionArn(functionId) });
  }

  /** Undefined before the first run. */
  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Begins a run. */
  start(): void {
    this.#telemetry.open();
    this.#starting = this.#start();
    this.#starting.catch((error: unknown) => this.#owner.onRefused(error));
  }

  /** From now on extensions cannot subscribe to telemetry, and processor time is limited. */
  initEnded(): void {
    this.#telemetry.close();
    this.#sandbox?.limitCpu();
  }

  /** An extension has registered. */
  progress(): void {
    this.#run?.progress();
  }

  /** Delivers everything that was printed before the call. */
  drain(): void {
    this.#run?.drain();
  }

  /** Ends the run in its phases, and keeps the files: `start` may follow. */
  reset(reason: ShutdownReason): Promise<void> {
    this.#ending ??= this.#end(reason, "kill").finally(() => (this.#ending = undefined));
    return this.#ending;
  }

  /** Ends everything for good, after what a reset is at. */
  async close(reason: ShutdownReason): Promise<void> {
    await this.#ending;
    this.#ending = this.#end(reason, "close");
    await this.#ending;
    this.#parts.credentials.revoke(this.#credentials.accessKeyId);
  }

  async #start(): Promise<void> {
    const { driver, clock, ids } = this.#parts;
    this.#sandbox ??= await driver.open(specOf(this.#plan, this.#id));
    // It may be over before it has begun.
    if (this.isEnding) return;
    const run = new Run(this.#sandbox, this.#plan, {
      clock,
      ids,
      log: this.#log,
      extensions: this.#extensions,
      telemetry: this.#telemetry,
      port: this.#owner.port,
      credentials: this.#credentials,
      endpoint: this.#parts.endpoint(),
      onRuntimeExit: (exit) => this.#onRuntimeExit(run, exit),
      onExtensionExit: (name, exit) => this.#onExtensionExit(run, name, exit),
    });
    this.#run = run;
    await run.start();
  }

  #onRuntimeExit(run: Run, exit: SandboxExit): void {
    this.#tellExit(run, (requestId) => {
      // An internal extension has no process of its own to end with.
      const { failure } = this.#extensions;
      return failure === undefined ? exited(requestId, exit) : extensionFailed(requestId, failure, exit);
    });
  }

  #onExtensionExit(run: Run, name: string, exit: SandboxExit): void {
    if (this.#run !== run) return;
    const errorType = this.#extensions.exited(name);
    this.#tellExit(run, (requestId) => extensionFailed(requestId, errorType, exit));
  }

  /** What a guest sent last over HTTP may still lie in its socket, and end the run in its own way: another may follow at once. */
  #tellExit(run: Run, failureFor: (requestId: string) => Failure): void {
    const tell = (): void => {
      if (this.#run === run && !this.isEnding) this.#owner.onExit(failureFor);
    };
    if (this.#owner.isIdle()) tell();
    else setImmediate(tell);
  }

  async #end(reason: ShutdownReason, how: "kill" | "close"): Promise<void> {
    // A start that was refused has been told already.
    const starting = this.#starting?.catch(() => undefined);
    this.#telemetry.flush();
    await this.#run?.end(reason);
    await starting;
    this.#run = undefined;
    this.#starting = undefined;
    await this.#sandbox?.[how]();
    this.#extensions.clear();
    this.#telemetry.clear();
  }
}
