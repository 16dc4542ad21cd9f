// What runs a function's processes. One interface, several drivers (process, later oci, microvm), one shared case
// suite (sandbox.case.ts). A driver isolates, limits and tells; it knows nothing of invocations or of AWS's API.

export interface SandboxDriver {
  /** `process`, `oci`, … */
  readonly name: string;
  /** What a person is told at start, when this driver does not isolate. Undefined when it does. */
  readonly warning: string | undefined;
  /**
   * Starts the processes of one sandbox. Rejects with a fault of sandbox/faults.ts: `Runtime.InvalidEntrypoint` when
   * the function's program cannot be executed (an outcome of its invoke), `SandboxStartFailed` when the host refuses;
   * or with whatever `spec.launch` threw.
   */
  start(spec: SandboxSpec): Promise<Sandbox>;
  /** Ends every sandbox that is still there; resolves when none is left. */
  stop(): Promise<void>;
}

export interface SandboxSpec {
  /** Unique among the sandboxes that are there; names folders and, in later drivers, cgroups. Letters, digits and dashes. */
  readonly id: string;
  /** Unpacked code as a read-only folder of the host; what the function sees as its task root. */
  readonly taskRoot: string;
  /** Merged layers as a read-only folder of the host; what it sees as /opt. Undefined without layers. */
  readonly optRoot: string | undefined;
  /** The language's program and our bootstrap in guest/; undefined for a bring-your-own bootstrap. */
  readonly runtimeDir: string | undefined;
  /** Given the paths as the guest sees them, the program to run and its environment, complete. */
  readonly launch: MakeLaunch;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  /** Whether the guest gets the framed channel (guest/PROTOCOL.md) as descriptors 3 (to read) and 4 (to write). */
  readonly channel: boolean;
}

export type MakeLaunch = (paths: GuestPaths) => Launch;

/** Absolute paths as processes inside see them. Drivers without a mount namespace show the host's. */
export interface GuestPaths {
  /** `/var/task` where the driver can. */
  readonly taskRoot: string;
  /** `/opt`. Exists also without layers. */
  readonly optRoot: string;
  /** `/var/runtime`. */
  readonly runtimeDir: string;
  /** `/tmp`: writable, this sandbox's own, kept through `restart` and deleted by `stop`. */
  readonly tmp: string;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited from the server. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Processes that run over files of their own. The files outlive the processes until `stop`. */
export interface Sandbox {
  readonly id: string;
  /** Whatever the processes print, standard output and standard error in one stream, in the order written. */
  readonly output: SandboxOutput;
  /** The framed channel, when the spec asked for one. */
  readonly channel: SandboxChannel | undefined;
  /** Resolves when the first process has ended, after its output was delivered. Never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Highest resident memory of the sandbox so far, bytes. Cheap and synchronous. */
  peakMemoryBytes(): number;
  /** Stops all processes from running (between invokes) and lets them go on. */
  freeze(): void;
  thaw(): void;
  /** Ends every process at once and keeps the files. Resolves when no process is left. May be called again. */
  kill(): Promise<void>;
  /**
   * Ends what still runs, and starts a first process anew over the files as they are. Resolves with the sandbox that has
   * taken this one's place, under the same id: this one is over then. Rejects as `SandboxDriver.start` does; then this
   * one still has its files, for another try or for `stop`.
   */
  restart(launch: MakeLaunch): Promise<Sandbox>;
  /**
   * SIGTERM to the first process, and SIGKILL to everything after `graceMs` (0: at once). Resolves when no process is
   * left and the sandbox's own files are gone. May be called again, but not during `restart`.
   */
  stop(graceMs: number): Promise<void>;
}

interface SandboxOutput {
  /** Set once, right after start; called with raw bytes in order. */
  onBytes(listener: (bytes: Buffer) => void): void;
  /** Delivers, before it returns, every byte that was written before the call: it reads until the pipe is empty. */
  drain(): void;
}

export interface SandboxChannel {
  /** Raw bytes of the guest, in order; the reader cuts frames. Set once, right after start. */
  onBytes(listener: (bytes: Buffer) => void): void;
  /** Called once when the guest has closed its end. */
  onClosed(listener: () => void): void;
  /** Queues behind what was written before; errors of a gone guest are silent here, `exited` tells. */
  write(bytes: readonly Uint8Array[]): void;
}

export interface SandboxExit {
  readonly exitCode: number | undefined;
  /** E.g. `SIGKILL`. */
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
}
