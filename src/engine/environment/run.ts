// One run of an environment, from the start of its processes to their end: extensions first, then the runtime, and the
// fronts through which they speak. A reset environment has another over the same sandbox, whose /tmp it keeps.
import type { Clock } from "../../core/clock.ts";
import { sleep } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import type { Launch, Sandbox, SandboxExit, SandboxProcess } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import type { ShutdownReason } from "../runtime-api/extensions-port.ts";
import { createEnvironmentMetadata } from "../runtime-api/environment-metadata.ts";
import { openFramedFront } from "../runtime-api/framed/framed-front.ts";
import { openHttpFront } from "../runtime-api/http/http-front.ts";
import type { RuntimeFront, RuntimePort } from "../runtime-api/runtime-port.ts";
import type { TelemetryPort } from "../runtime-api/telemetry-port.ts";
import type { EnvironmentPlan } from "./environment-parts.ts";
import type { Extensions } from "./extensions.ts";
import { extensionPath, externalExtensions, launchExtension } from "./external-extensions.ts";
import { launchFault, launchOf } from "./launch.ts";
import { extensionVariables, hasLogDescriptor } from "./variables.ts";

export interface RunParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: EnvironmentLog;
  readonly extensions: Extensions;
  readonly telemetry: TelemetryPort;
  /** The environment, as its runtime reaches it. */
  readonly port: RuntimePort;
  readonly credentials: SessionCredentials;
  readonly endpoint: string | undefined;
  readonly onRuntimeExit: (exit: SandboxExit) => void;
  readonly onExtensionExit: (name: string, exit: SandboxExit) => void;
}

/** Of the time to shut down, what the runtime has; extensions get the rest. */
const runtimeShare = 0.3;

export class Run {
  readonly #sandbox: Sandbox;
  readonly #plan: EnvironmentPlan;
  readonly #parts: RunParts;
  #httpFront: RuntimeFront | undefined;
  #framedFront: RuntimeFront | undefined;
  #runtime: SandboxProcess | undefined;
  readonly #extensions = new Map<string, SandboxProcess>();
  #isOver = false;
  #onProgress: () => void = () => {};

  constructor(sandbox: Sandbox, plan: EnvironmentPlan, parts: RunParts) {
    this.#sandbox = sandbox;
    this.#plan = plan;
    this.#parts = parts;
  }

  /**
   * Resolves when the runtime's process is there, or the run is over. Rejects with a fault of sandbox/faults.ts, or with
   * Extension.LaunchError; what has been started then is ended by the sandbox.
   */
  async start(): Promise<void> {
    const { port, ids, extensions, telemetry } = this.#parts;
    // The guest finds it by a variable. Our bootstraps speak by the channel; what a function brings along (an extension,
    // a wrapper with a runtime client of its own) speaks here all the same.
    const metadata = createEnvironmentMetadata(this.#plan.version.id.region, ids);
    const front = await openHttpFront({ runtime: port, extensions, telemetry, metadata }, ids, this.#sandbox);
    if (this.#isOver) {
      front.close();
      return;
    }
    this.#httpFront = front;
    const launch = this.#launch(front.address, metadata.token);
    await this.#startExtensions(launch);
    if (!this.#isOver) await this.#startRuntime(launch);
  }

  /** An extension has registered. */
  progress(): void {
    this.#onProgress();
  }

  /** Delivers what the processes have printed before the call. */
  drain(): void {
    this.#runtime?.drain();
    if (this.#extensions.size > 0) for (const process of this.#extensions.values()) process.drain();
  }

  /**
   * Gives the processes the time to shut down that they have, in AWS's phases; who lives then is the sandbox's to kill.
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
   */
  async end(reason: ShutdownReason): Promise<void> {
    this.#isOver = true;
    this.#onProgress();
    this.#framedFront?.close();
    const budgetMs = this.#parts.extensions.shutdownBudgetMs;
    if (budgetMs > 0) await this.#shutDown(reason, budgetMs);
    this.#httpFront?.close();
  }

  /** The program, the folder and the variables of the runtime; extensions have most of them, too. */
  #launch(runtimeApi: string, metadataToken: string): Launch {
    const { log, credentials, endpoint } = this.#parts;
    return launchOf(this.#plan, this.#sandbox.paths, { credentials, endpoint, runtimeApi, metadataToken, logStream: log.stream, logDescriptor: this.#sandbox.logDescriptor });
  }

  async #startRuntime(launch: Launch): Promise<void> {
    const { port, log, onRuntimeExit } = this.#parts;
    const isFramed = this.#plan.runtime.channel === "framed";
    const sandbox = this.#sandbox;
    const started = sandbox.run(launch, { channel: isFramed, log: hasLogDescriptor(this.#plan.version) });
    const process = await started.catch((error: unknown) => Promise.reject(launchFault(error, sandbox.paths)));
    this.#runtime = process;
    process.output.onBytes((bytes) => log.print(bytes));
    process.log?.onBytes((bytes) => log.printFrames(bytes));
    if (process.channel !== undefined) {
      this.#framedFront = openFramedFront(process.channel, port);
      // A run may be over before its process is there.
      if (this.#isOver) this.#framedFront.close();
    } else if (isFramed) throw new TypeError("the sandbox gave no channel");
    void process.exited.then(onRuntimeExit);
  }

  /** All at once; resolves when each has registered. */
  async #startExtensions(launch: Launch): Promise<void> {
    const { extensions } = this.#parts;
    const names = externalExtensions(this.#plan.optRoot);
    if (names.length === 0) return;
    extensions.launch(names);
    const environment = extensionVariables(launch.environment);
    await Promise.all(names.map((name) => this.#startExtension(name, { ...launch, environment })));
    while (!extensions.isRegistered && !this.#isOver) await new Promise<void>((resolve) => (this.#onProgress = resolve));
  }

  async #startExtension(name: string, { cwd, environment }: Launch): Promise<void> {
    const { log, extensions, onExtensionExit } = this.#parts;
    const program = extensionPath(this.#sandbox.paths, name);
    const process = await launchExtension(name, extensions, () => this.#sandbox.run({ program, args: [], cwd, environment }, { channel: false, log: false }));
    this.#extensions.set(name, process);
    const lines = log.extension();
    process.output.onBytes((bytes) => lines.push(bytes));
    const onExit = (exit: SandboxExit): void => {
      lines.flush();
      onExtensionExit(name, exit);
    };
    void process.exited.then(onExit);
  }

  async #shutDown(reason: ShutdownReason, budgetMs: number): Promise<void> {
    const { clock, extensions } = this.#parts;
    const endMs = clock.monotonic() + budgetMs;
    this.#sandbox.thaw();
    this.#runtime?.terminate();
    await this.#gone(this.#runtime === undefined ? [] : [this.#runtime], budgetMs * runtimeShare);
    this.#runtime?.kill();
    const told = new Set(extensions.shutdownSubscribers);
    for (const [name, process] of this.#extensions) if (!told.has(name)) process.kill();
    const leftMs = endMs - clock.monotonic();
    extensions.dispatch({ eventType: "SHUTDOWN", shutdownReason: reason, deadlineMs: Math.floor(clock.now() + leftMs) });
    await this.#gone([...this.#extensions.values()], leftMs);
    // Whoever still lives is killed with the sandbox.
    for (const name of extensions.shutdownSubscribers) extensions.shutdownFailed(name);
  }

  /** Resolves when all of them have ended, or after `patienceMs`. */
  async #gone(processes: readonly SandboxProcess[], patienceMs: number): Promise<void> {
    if (processes.length === 0) return;
    const patience = new AbortController();
    const over = sleep(this.#parts.clock, patienceMs, patience.signal).catch(() => undefined);
    await Promise.race([over, Promise.all(processes.map(({ exited }) => exited))]);
    patience.abort();
  }
}
