// A sandbox in which a runtime waits: for an environment it is one like any other, whose runtime starts at once.
import type { Server, Socket } from "node:net";
import type { GuestPaths, Launch, RunOptions, Sandbox, SandboxProcess } from "../../sandbox/sandbox.ts";
import type { BootedRuntime } from "./booted-runtime.ts";

export class StandbySandbox implements Sandbox {
  readonly id: string;
  readonly paths: GuestPaths;
  readonly logDescriptor: number;
  readonly #sandbox: Sandbox;
  /** Until a runtime is asked for. */
  #runtime: BootedRuntime | undefined;

  constructor(sandbox: Sandbox, runtime: BootedRuntime) {
    this.id = sandbox.id;
    this.paths = sandbox.paths;
    this.logDescriptor = sandbox.logDescriptor;
    this.#sandbox = sandbox;
    this.#runtime = runtime;
  }

  async run(launch: Launch, options: RunOptions): Promise<SandboxProcess> {
    const runtime = this.#runtime;
    // An extension has no descriptor for messages.
    if (!options.log || runtime === undefined) return this.#sandbox.run(launch, options);
    this.#runtime = undefined;
    const process = runtime.specialise(launch, options);
    if (process !== undefined) return process;
    await runtime.end();
    return this.#sandbox.run(launch, options);
  }

  listen(server: Server): Promise<{ readonly host: string; readonly port: number }> {
    return this.#sandbox.listen(server);
  }

  connect(port: number): Promise<Socket> {
    return this.#sandbox.connect(port);
  }

  limitCpu(): void {
    this.#sandbox.limitCpu();
  }

  peakMemoryBytes(): number {
    return this.#sandbox.peakMemoryBytes();
  }

  freeze(): void {
    this.#sandbox.freeze();
  }

  thaw(): void {
    this.#sandbox.thaw();
  }

  kill(): Promise<void> {
    this.#runtime = undefined;
    return this.#sandbox.kill();
  }

  close(): Promise<void> {
    return this.#sandbox.close();
  }
}
