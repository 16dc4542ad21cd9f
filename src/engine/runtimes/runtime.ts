// Lambda runtimes on this machine. One file a language finds, installs and launches it; `runtimes.ts` is the table.
import type { GuestPaths } from "../../sandbox/sandbox.ts";

export interface Runtime {
  /** `python3.13`. */
  readonly id: string;
  /** Whether the bootstrap speaks the framed channel; otherwise it gets AWS_LAMBDA_RUNTIME_API. */
  readonly channel: "framed" | "http";
  /** Host folder with our bootstrap (a part of guest/) to be seen as the guest's runtimeDir. */
  readonly runtimeDir: string | undefined;
  /** What INIT_START shows: `nodejs:24.v11` and `arn:aws:lambda:REGION::runtime:<64 hex>` (the hash part). */
  readonly version: string;
  readonly versionHash: string;
  /** The command line and the variables that belong to the language (NODE_PATH, PYTHONPATH, …), in guest paths. */
  launch(paths: GuestPaths, memoryMiB: number): RuntimeLaunch;
}

export interface RuntimeLaunch {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export type RuntimeStatus =
  | { readonly id: string; readonly state: "ready"; readonly version: string; readonly program: string }
  | { readonly id: string; readonly state: "missing"; readonly install: string };

export interface Runtimes {
  /** Cached after the first look. Fault: InvalidRuntimeException (502) that names the command to install it. */
  resolve(id: string): Runtime | Promise<Runtime>;
  /** Every runtime that CreateFunction accepts, for `lambent doctor` and `lambent runtimes`. */
  list(): Promise<readonly RuntimeStatus[]>;
  /** Installs one (`lambent runtimes add nodejs22.x`); reports progress a line at a time. */
  add(id: string, onProgress: (line: string) => void): Promise<RuntimeStatus>;
}
