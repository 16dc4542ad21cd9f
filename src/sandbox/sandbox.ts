// What runs a function's processes. One interface, several drivers (process, oci), one shared case
// suite (sandbox.case.ts). A driver isolates, limits and tells; it knows nothing of invocations or of AWS's API.
import type { Server, Socket } from "node:net";

/** Of every sandbox that has a loopback interface of its own: AWS_LAMBDA_RUNTIME_API is 127.0.0.1:9001 on AWS. */
export const runtimeApiPort = 9001;

export interface SandboxDriver {
  /** `process`, `oci`, … */
  readonly name: string;
  /** What a person is told at start, when this driver does not isolate. Undefined when it does. */
  readonly warning: string | undefined;
  /** Whether a sandbox's /tmp is of the size that its spec says. */
  readonly limitsStorage: boolean;
  /** Whether a sandbox's loopback interface is its own, where Lambent is heard as its networks were told. Otherwise it is the host's. */
  readonly ownLoopback: boolean;
  /** Makes the files of one sandbox, and no process yet. Rejects with SandboxStartFailed when the host refuses. */
  open(spec: SandboxSpec): Promise<Sandbox>;
  /** Makes a sandbox whose code comes later. Left out: this driver shows code only to sandboxes that it makes for it. */
  readonly prepare?: (grade: SandboxGrade) => Promise<PreparedSandbox>;
  /** What is less on this machine than it should be, for a person; resolves when that is known. Left out: nothing. */
  readonly shortcomings?: () => Promise<readonly string[]>;
  /** Ends every sandbox that is still there; resolves when none is left. */
  stop(): Promise<void>;
}

/** What is fixed when a sandbox is made. */
export interface SandboxGrade {
  /** Unique among the sandboxes that are there; names folders and, in later drivers, cgroups. Letters, digits and dashes. */
  readonly id: string;
  /** Host folder with our bootstrap in guest/; undefined for a bring-your-own bootstrap. */
  readonly runtimeDir: string | undefined;
  /** Host folder of a language's own installation; undefined: its program is in /usr, or the function brings it. */
  readonly languageDir: string | undefined;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
}

/** What makes a sandbox one function's. */
export interface SandboxCode {
  /** Unpacked code as a read-only folder of the host; what the function sees as its task root. */
  readonly taskRoot: string;
  /** Merged layers as a read-only folder of the host; what it sees as /opt. Undefined without layers. */
  readonly optRoot: string | undefined;
  /** What the language has compiled of the code ahead, as a read-only folder of the host. Undefined: nothing. */
  readonly compiledDir?: string | undefined;
}

export interface SandboxSpec extends SandboxGrade, SandboxCode {}

/** Absolute paths as processes inside see them. Drivers without a mount namespace show the host's. */
export interface GuestPaths {
  /** `/var/task` where the driver can. */
  readonly taskRoot: string;
  /** `/opt`. Exists also without layers. */
  readonly optRoot: string;
  /** `/var/runtime`. */
  readonly runtimeDir: string;
  /** `/var/lang`. */
  readonly languageDir: string;
  /** `/var/cache`; undefined where nothing of the host is shown there. */
  readonly compiledDir?: string | undefined;
  /** `/tmp`: writable, this sandbox's own, kept by `kill` and deleted by `close`. */
  readonly tmp: string;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited from the server. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Variables of a process with the same command from which this one may be forked in place of started (guest/PROTOCOL.md,
   * fork server). Nothing in them is of a function. Left out: it can only be started.
   */
  readonly forkServer?: Readonly<Record<string, string>>;
}

/** Files of its own, and the processes that run over them. */
export interface Sandbox {
  readonly id: string;
  readonly paths: GuestPaths;
  /** Descriptor of the log messages of its processes, where `run` is asked for one. */
  readonly logDescriptor: number;
  /**
   * Starts a process: the runtime, or an extension beside it. Rejects with a fault of sandbox/faults.ts:
   * `Runtime.InvalidEntrypoint` when the program cannot be executed (an outcome of the invoke), `SandboxStartFailed` when
   * the host refuses, also since `kill` is at work.
   */
  run(launch: Launch, options: RunOptions): Promise<SandboxProcess>;
  /**
   * Takes the connections that processes inside make to a port of their loopback interface, until the server is closed;
   * resolves with the address as they know it. Where a network is the sandbox's own it is always 127.0.0.1:9001.
   */
  listen(server: Server): Promise<{ readonly host: string; readonly port: number }>;
  /** A connection to a port of the loopback interface of those inside. Rejects when nothing listens there. */
  connect(port: number): Promise<Socket>;
  /** From now on its processes share what processor time their memory buys; at first they are not limited, as on AWS. */
  limitCpu(): void;
  /** Highest resident memory of all processes so far, bytes. Cheap and synchronous. */
  peakMemoryBytes(): number;
  /** Stops all processes from running (between invokes) and lets them go on. */
  freeze(): void;
  thaw(): void;
  /** Ends every process at once and keeps the files; then `run` starts anew. Resolves when no process is left. May be called again. */
  kill(): Promise<void>;
  /** Ends every process at once; resolves when none is left and the files are gone. May be called again. */
  close(): Promise<void>;
}

export interface PreparedSandbox extends Sandbox {
  /** Shows the code; once, before anything of the function runs. */
  load(code: SandboxCode): Promise<void>;
}

export interface RunOptions {
  /** Whether the process gets the framed channel (guest/PROTOCOL.md) as descriptors 3 (to read) and 4 (to write). */
  readonly channel: boolean;
  /** Whether it gets a pipe for framed log messages (guest/PROTOCOL.md) as the sandbox's `logDescriptor`. */
  readonly log: boolean;
}

export interface SandboxProcess {
  /** What it and its children print, standard output and standard error in one stream, in the order written. */
  readonly output: SandboxOutput;
  /** What it and its children write to the log descriptor, when `run` was asked for one. */
  readonly log: SandboxOutput | undefined;
  /** The framed channel, when `run` was asked for one. */
  readonly channel: SandboxChannel | undefined;
  /**
   * Delivers, before it returns, every byte that was written to `output` and `log` before the call. To be asked often:
   * where both are empty, as nearly always, it costs one system call.
   */
  drain(): void;
  /** Resolves when it has ended, after its output was delivered; its children are killed with it. Never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Asks it to end: SIGTERM, which a process that is frozen or waits on the channel sees, too. */
  terminate(): void;
  /** Ends it and its children at once. */
  kill(): void;
}

interface SandboxOutput {
  /** Set once, right after start; called with raw bytes in order. */
  onBytes(listener: (bytes: Buffer) => void): void;
}

export interface SandboxChannel {
  /** Raw bytes of the guest, in order; the reader cuts frames. Set once, right after start. */
  onBytes(listener: (bytes: Buffer) => void): void;
  /** Called once when the guest has closed its end. */
  onClosed(listener: () => void): void;
  /** Reads no more, so that a guest that writes on must wait; what has been read is delivered. Bytes may still come when the guest ends. */
  pause(): void;
  resume(): void;
  /** Queues behind what was written before; errors of a gone guest are silent here, `exited` tells. */
  write(bytes: readonly Uint8Array[]): void;
}

export interface SandboxExit {
  readonly exitCode: number | undefined;
  /** E.g. `SIGKILL`. */
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
}
