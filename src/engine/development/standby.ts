// A runtime that has been started ahead of the environment that will need it: its language is booted, no code is
// loaded. The environment takes it as the sandbox and the process that it asks for.
import { isDeepStrictEqual } from "node:util";
import type { Ids } from "../../core/ids.ts";
import type { Launch, RunOptions, Sandbox, SandboxDriver, SandboxProcess, SandboxSpec } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import { launchOf } from "../environment/launch.ts";
import { hasLogDescriptor } from "../environment/variables.ts";
import { variablesFrame } from "../runtime-api/framed/framed-front.ts";

export interface StandbyParts {
  readonly driver: Pick<SandboxDriver, "open">;
  readonly ids: Ids;
  readonly endpoint: () => string | undefined;
}

interface Booted {
  readonly spec: SandboxSpec;
  readonly sandbox: Sandbox;
  readonly process: SandboxProcess;
  readonly launch: Launch;
  isRunning: boolean;
}

/** Stands for what is not known before there is an environment: credentials, log stream, addresses. */
const unknown = "standby";

/** With these the function's own code takes part in the boot: it must not be older than the environment. */
const bootVariables = ["AWS_LAMBDA_EXEC_WRAPPER", "NODE_OPTIONS", "PYTHONPATH", "RUBYOPT", "RUBYLIB"];

export class Standby implements Pick<SandboxDriver, "open"> {
  readonly #parts: StandbyParts;
  #booting: Promise<Booted | undefined> | undefined;

  constructor(parts: StandbyParts) {
    this.#parts = parts;
  }

  /** Boots one for the next environment that is like this one, unless one is there. */
  prepare(plan: EnvironmentPlan): void {
    const own = plan.version.configuration.environment ?? {};
    if (this.#booting !== undefined || plan.runtime.standsBy !== true || bootVariables.some((name) => Object.hasOwn(own, name))) return;
    // What cannot be booted now fails again in an environment, where it is reported.
    this.#booting = this.#boot(plan).catch(() => undefined);
  }

  /** The sandbox of what stands by when it is for the same code, else a new one. */
  async open(spec: SandboxSpec): Promise<Sandbox> {
    const booted = await this.#take();
    if (booted === undefined) return this.#parts.driver.open(spec);
    if (isFor(booted.spec, spec) && booted.isRunning) return specialised(booted);
    await booted.sandbox.close();
    return this.#parts.driver.open(spec);
  }

  async discard(): Promise<void> {
    const booted = await this.#take();
    await booted?.sandbox.close();
  }

  #take(): Promise<Booted | undefined> {
    const booting = this.#booting;
    this.#booting = undefined;
    return booting ?? Promise.resolve(undefined);
  }

  async #boot(plan: EnvironmentPlan): Promise<Booted> {
    const { driver, ids, endpoint } = this.#parts;
    const { version, runtime, taskRoot, optRoot } = plan;
    const { memoryMiB, ephemeralStorageMiB } = version.configuration;
    const { runtimeDir, languageDir } = runtime;
    const spec = { id: ids.hex(16), taskRoot, optRoot, runtimeDir, languageDir, memoryMiB, ephemeralStorageMiB };
    const sandbox = await driver.open(spec);
    try {
      const launch = launchOf(plan, sandbox.paths, {
        credentials: { accessKeyId: unknown, secretAccessKey: unknown, sessionToken: unknown },
        endpoint: endpoint(),
        runtimeApi: unknown,
        metadataToken: unknown,
        logStream: { function: version.id, group: unknown, stream: unknown },
      });
      const waiting = { ...launch, environment: { ...launch.environment, LAMBENT_STANDBY: "1" } };
      const process = await sandbox.run(waiting, { channel: true, log: hasLogDescriptor(version) });
      const booted: Booted = { spec, sandbox, process, launch, isRunning: true };
      void process.exited.then(() => (booted.isRunning = false));
      return booted;
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }
}

const isFor = (prepared: SandboxSpec, wanted: SandboxSpec): boolean => isDeepStrictEqual({ ...prepared, id: "" }, { ...wanted, id: "" });

/** Its sandbox, whose first runtime is the one that runs already. */
function specialised(booted: Booted): Sandbox {
  const { sandbox } = booted;
  let waiting: Booted | undefined = booted;
  return {
    id: sandbox.id,
    paths: sandbox.paths,
    async run(launch: Launch, options: RunOptions) {
      if (!options.channel || waiting === undefined) return sandbox.run(launch, options);
      const { process, launch: prepared, isRunning } = waiting;
      waiting = undefined;
      const variables = isRunning ? whatIsNew(prepared, launch) : undefined;
      if (variables === undefined) {
        process.kill();
        await process.exited;
        return sandbox.run(launch, options);
      }
      process.channel?.write(variablesFrame(variables));
      return process;
    },
    listen: (server) => sandbox.listen(server),
    connect: (port) => sandbox.connect(port),
    limitCpu: () => sandbox.limitCpu(),
    peakMemoryBytes: () => sandbox.peakMemoryBytes(),
    freeze: () => sandbox.freeze(),
    thaw: () => sandbox.thaw(),
    kill: () => sandbox.kill(),
    close: () => sandbox.close(),
  };
}

/** Variables that the booted process lacks; undefined when it was booted for something else. */
function whatIsNew(prepared: Launch, wanted: Launch): Readonly<Record<string, string>> | undefined {
  const { environment: before, ...command } = prepared;
  const { environment: now, ...wantedCommand } = wanted;
  if (!isDeepStrictEqual(command, wantedCommand)) return undefined;
  const differing = Object.entries(now).filter(([name, value]) => before[name] !== value);
  const isKnown = differing.every(([name]) => before[name] === unknown) && Object.keys(before).every((name) => Object.hasOwn(now, name));
  return isKnown ? Object.fromEntries(differing) : undefined;
}
