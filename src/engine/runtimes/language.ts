// What one language's file offers to the table of runtimes.ts.
import type { LaunchRequest, Runtime, RuntimeLaunch } from "./runtime.ts";

/** The table adds what follows from the program and its version. */
export interface OpenedRuntime extends Omit<Runtime, "versionHash" | "languageDir" | "launch"> {
  /** As Runtime.launch. */
  launch(request: LanguageLaunch): RuntimeLaunch;
}

export interface LanguageLaunch extends LaunchRequest {
  /** The found runtime's program as the guest sees it. */
  readonly program: string;
}

export interface Language {
  /** Runtime ids that it answers for, newest first. */
  readonly ids: readonly string[];
  /** Every version of it on this machine, each once, newest first. */
  find(id: string): Promise<readonly FoundRuntime[]>;
  /** Whether `install` takes this name, too, although it is no runtime. */
  readonly installs?: (name: string) => boolean;
  /**
   * Gets what this code will need of the runtime. Resolves with whether runtimes that are open already lack something
   * since then, and have to be opened anew. A language whose runtimes have all they ever will leaves it out.
   */
  readonly prepare?: (roots: readonly string[], signal: AbortSignal) => Promise<boolean>;
  /** A sentence that tells a person how to get it. */
  howToInstall(id: string): string;
  /** Beside those that are there. `version` undefined: the newest. Rejects with a fault that says why not. */
  install(id: string, version: string | undefined, onProgress: (line: string) => void): Promise<void>;
}

export interface FoundRuntime {
  /** Path of the language's program; `bootstrap` where the function brings it. */
  readonly program: string;
  /** For people, e.g. `22.23.3`. */
  readonly version: string;
  /** Makes it ready to run functions. */
  open(): Promise<OpenedRuntime>;
}

/** Surroundings in which languages are looked for and installed. */
export interface LanguageHost {
  /** Where installed and prepared runtimes are kept (`--runtimes`); shared by all instances of a user. */
  readonly directory: string;
  /** Folders of the PATH, and the one of JAVA_HOME's programs. */
  readonly searchPath: readonly string[];
  readonly homeDirectory: string;
  readonly log: { warn(fields: object, event: string): void };
}
