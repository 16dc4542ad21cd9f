// A sandbox that is ready ahead of need: of no function yet, with a runtime that is booted in it, or with nothing.
import type { PreparedSandbox, Sandbox, SandboxCode } from "../../sandbox/sandbox.ts";
import type { BootedRuntime } from "./booted-runtime.ts";
import { assumedBytes, type Member } from "./reserve.ts";
import { StandbySandbox } from "./standby-sandbox.ts";

export class ReadySandbox implements Member {
  readonly #sandbox: PreparedSandbox;
  readonly #runtime: BootedRuntime | undefined;
  readonly memoryBytes: number;

  constructor(sandbox: PreparedSandbox, runtime: BootedRuntime | undefined) {
    this.#sandbox = sandbox;
    this.#runtime = runtime;
    this.memoryBytes = sandbox.peakMemoryBytes() || assumedBytes;
  }

  get ended(): Promise<unknown> | undefined {
    return this.#runtime?.ended;
  }

  close(): Promise<void> {
    return this.#sandbox.close();
  }

  /** Makes it the sandbox of one function. Rejects when the host cannot show the code; then it is closed. */
  async become({ taskRoot, optRoot, compiledDir }: SandboxCode): Promise<Sandbox> {
    try {
      await this.#sandbox.load({ taskRoot, optRoot, compiledDir });
    } catch (error) {
      await this.close();
      throw error;
    }
    return this.#runtime === undefined ? this.#sandbox : new StandbySandbox(this.#sandbox, this.#runtime);
  }
}
