// Lambda runtimes on this machine. One file a language finds, installs and launches it; `runtimes.ts` is the table.
import type { RuntimeVersion, RuntimeVersions } from "../../functions/runtime-versions.ts";
import type { GuestPaths } from "../../sandbox/sandbox.ts";
import type { InitializationType } from "../environment/environment-parts.ts";

export interface Runtime {
  /** `python3.13`. */
  readonly id: string;
  /** Whether the bootstrap speaks the framed channel; otherwise it gets AWS_LAMBDA_RUNTIME_API, and a channel only to stand by. */
  readonly channel: "framed" | "http";
  /** Host folder with our bootstrap (a part of guest/) to be seen as the guest's runtimeDir. */
  readonly runtimeDir: string | undefined;
  /** Host folder of the language's installation, to be seen as the guest's languageDir; undefined: its program is in /usr, or the function brings it. */
  readonly languageDir: string | undefined;
  /** What INIT_START shows: `nodejs:24.v11` and `arn:aws:lambda:REGION::runtime:<64 hex>` (the hash part). */
  readonly version: string;
  readonly versionHash: string;
  /**
   * The command line and the variables that belong to the language (NODE_PATH, PYTHONPATH, …), in guest paths. The
   * engine lays the function's variables over them, and its own (AWS_*, _HANDLER) over those.
   * Fault: Runtime.InvalidEntrypoint, an outcome of the invoke: there is no bootstrap that could be started.
   */
  launch(request: LaunchRequest): RuntimeLaunch;
  /**
   * Names of variables that the language reads while it boots: of a function without them its bootstrap can be started
   * ahead and wait for the environment (guest/PROTOCOL.md, VARIABLES). Left out: it cannot.
   */
  readonly bootReads?: RegExp;
  /**
   * What a boot ahead may load beyond what every function needs, for code in these folders that is going to ask for it:
   * LAMBENT_PRELOAD of guest/PROTOCOL.md. Nothing of the code runs. Left out: there is nothing of that kind.
   */
  readonly modulesAhead?: (roots: readonly string[]) => Promise<string | undefined>;
  /** The command that compiles a package and runs nothing of it. Left out: this language has no use for it. */
  readonly compiler?: (request: CompileRequest) => { readonly program: string; readonly args: readonly string[] };
  /** How a debugger gets in. Left out: this language has no way that Lambent knows. */
  readonly inspector?: Inspector;
}

export interface Inspector {
  /** What is spoken there: Node.js, debugpy or the Java virtual machine. */
  readonly protocol: "cdp" | "dap" | "jdwp";
  /** Where debuggers of the language look first. */
  readonly usualPort: number;
  /** Gets what is not on this machine yet. Fault: InspectorNotInstalled. */
  prepare?(): Promise<void>;
}

/** Folders of the host. */
export interface CompileRequest {
  readonly tree: string;
  /** Empty; becomes what environments are shown as their compiledDir. */
  readonly into: string;
}

export interface LaunchRequest {
  readonly paths: GuestPaths;
  /** The same folders on the host, to look into before the guest is there. */
  readonly host: { readonly taskRoot: string; readonly optRoot: string | undefined };
  readonly handler: string;
  readonly memoryMiB: number;
  readonly initializationType: InitializationType;
  /** Start the inspector at this port of 127.0.0.1, and wait for nobody; undefined: no inspector. */
  readonly inspectorPort?: number | undefined;
  /** Where what was compiled of the code is seen; undefined: nothing was. */
  readonly compiled?: string | undefined;
  /** What `modulesAhead` has said of the code, if that is known. */
  readonly modulesAhead?: string | undefined;
  /** The function's own variables; AWS_LAMBDA_EXEC_WRAPPER among them changes the command line. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface RuntimeLaunch {
  /** Of these three, paths are the guest's. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the language's own programs, `/var/lang/bin` on AWS. Left out: the function brings them. */
  readonly programs?: string | undefined;
  /**
   * When the process may be forked from one that has the language booted already (guest/PROTOCOL.md, fork server): what
   * such a one is told beside the variables that it reads at boot.
   */
  readonly forkServer?: Readonly<Record<string, string>> | undefined;
}

/** A version of a runtime on this machine. */
export interface InstalledVersion extends RuntimeVersion {
  readonly program: string;
}

export type RuntimeStatus =
  | { readonly id: string; readonly state: "ready"; /** Newest first. */ readonly versions: readonly InstalledVersion[] }
  | { readonly id: string; readonly state: "missing"; readonly install: string };

export interface Runtimes extends RuntimeVersions {
  /**
   * `version` undefined: the newest. Cached after the first look. Fault: InvalidRuntimeException (502) that names the
   * command to install it.
   */
  resolve(id: string, version?: RuntimeVersion): Runtime | Promise<Runtime>;
  /** Looks at the machine again, and tells whoever listens to `onNewest` of what has come or gone. */
  lookAgain(): Promise<void>;
  /**
   * Called with the folders of unpacked code and layers before the function becomes active, for what the runtime may have to bring for it. What
   * cannot be had is logged. Environments that are started afterwards have it. Rejects when `signal` is aborted.
   */
  prepare(id: string, roots: readonly string[], signal: AbortSignal): Promise<void>;
  /** Every runtime that CreateFunction accepts, for `lambent doctor` and `lambent runtimes`. */
  list(): Promise<readonly RuntimeStatus[]>;
  /**
   * Installs one beside those that are there: `nodejs22.x` the newest, `nodejs22.x@22.11.0` just this. Servers that run
   * hear of it. Reports progress a line at a time.
   */
  add(name: string, onProgress: (line: string) => void): Promise<RuntimeStatus>;
}
