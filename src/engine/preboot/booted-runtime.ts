// A runtime's process that was started ahead of its environment: its language is booted, it knows of no function and has
// no secret, and waits on its channel for the variables of the environment that takes it (guest/PROTOCOL.md).
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../core/clock.ts";
import { sleep } from "../../core/clock.ts";
import type { Launch, RunOptions, Sandbox, SandboxChannel, SandboxProcess } from "../../sandbox/sandbox.ts";
import { isReadAtBoot } from "../environment/boot-variables.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import { bootLaunchOf, type BootPlan } from "../environment/launch.ts";
import { isBootedFrame, variablesFrame } from "../runtime-api/framed/framed-front.ts";
import { notBooted } from "./faults.ts";
import { LateStream } from "./late-stream.ts";

/** As long as an init on demand may take. */
const patienceMs = 10_000;

/** Whether a runtime that was booted ahead can become that of this environment. */
export function isBootable({ version, runtime, inspectorPort }: EnvironmentPlan): boolean {
  const own = Object.keys(version.configuration.environment ?? {});
  return runtime.bootReads !== undefined && inspectorPort === undefined && !own.some((name) => isReadAtBoot(name, runtime.bootReads));
}

export class BootedRuntime {
  readonly #process: SandboxProcess;
  readonly #launch: Launch;
  readonly #reads: RegExp | undefined;
  readonly #output: LateStream;
  readonly #log: LateStream | undefined;
  readonly #channel: LateStream;
  #isRunning = true;

  private constructor(process: SandboxProcess, launch: Launch, reads: RegExp | undefined) {
    if (process.channel === undefined) throw new TypeError("the sandbox gave no channel");
    this.#process = process;
    this.#launch = launch;
    this.#reads = reads;
    this.#output = new LateStream(process.output);
    this.#log = process.log === undefined ? undefined : new LateStream(process.log);
    this.#channel = new LateStream(process.channel);
    void process.exited.then(() => (this.#isRunning = false));
  }

  /** Resolves when it is booted. Rejects with a fault of the sandbox, or with Runtime.NotBooted; then its process is gone. */
  static async boot(sandbox: Sandbox, plan: BootPlan, clock: Clock): Promise<BootedRuntime> {
    const launch = bootLaunchOf(plan, sandbox);
    // Our bootstraps write messages to the log descriptor.
    const process = await sandbox.run(launch, { channel: true, log: true });
    const booted = new BootedRuntime(process, launch, plan.runtime.bootReads);
    await booted.#await(clock);
    return booted;
  }

  /** Until it takes its environment. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<unknown> {
    return this.#process.exited;
  }

  /**
   * Makes it the runtime of the environment that would have been started so; undefined: it cannot become that. Once.
   * Without `options.channel` the variables are the last that is said there: a client that speaks HTTP has no other use for it.
   */
  specialise(launch: Launch, options: Pick<RunOptions, "channel">): SandboxProcess | undefined {
    const { channel } = this.#process;
    if (!this.#isRunning || channel === undefined || !this.#fits(launch)) return undefined;
    // It is asleep until it reads the variables: what came before is of the boot, and nobody's.
    this.#process.drain();
    for (const stream of [this.#output, this.#log, this.#channel]) stream?.forget();
    channel.write(variablesFrame(launch.cwd, differences(this.#launch.environment, launch.environment)));
    const { exited } = this.#process;
    return {
      output: this.#output,
      log: this.#log,
      channel: options.channel ? this.#specialised(channel) : undefined,
      drain: () => this.#process.drain(),
      exited,
      terminate: () => this.#process.terminate(),
      kill: () => this.#process.kill(),
    };
  }

  /** With what has been said since the variables. */
  #specialised(channel: SandboxChannel): SandboxChannel {
    return {
      onBytes: (listener) => this.#channel.onBytes(listener),
      onClosed: (listener) => channel.onClosed(listener),
      pause: () => channel.pause(),
      resume: () => channel.resume(),
      write: (bytes) => channel.write(bytes),
    };
  }

  /** Resolves when its process has gone. */
  async end(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  async #await(clock: Clock): Promise<void> {
    const waiting = new AbortController();
    const said = new Promise<boolean>((resolve) => {
      this.#channel.onFirst((bytes) => resolve(isBootedFrame(bytes)));
      void this.#process.exited.then(() => resolve(false));
      void sleep(clock, patienceMs, waiting.signal).then(() => resolve(false), () => undefined);
    });
    const isBooted = await said;
    waiting.abort();
    if (isBooted) return;
    this.#process.drain();
    await this.end();
    throw notBooted(this.#launch.program, this.#output.kept());
  }

  #fits({ program, args, environment }: Launch): boolean {
    const booted = this.#launch;
    if (program !== booted.program || !isDeepStrictEqual(args, booted.args)) return false;
    const names = [...Object.keys(environment), ...Object.keys(booted.environment)];
    return names.every((name) => !isReadAtBoot(name, this.#reads) || environment[name] === booted.environment[name]);
  }
}

/** What turns the one environment into the other; null: the variable is taken away. */
function differences(before: Launch["environment"], now: Launch["environment"]): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(now, name));
  const differing = Object.entries(now).filter(([name, value]) => before[name] !== value);
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...Object.fromEntries(differing) };
}
