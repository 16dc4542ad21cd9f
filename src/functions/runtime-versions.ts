// What the control plane and the catalog ask of the runtimes on this machine: which versions of one are installed.

/** One version of one runtime; on AWS, and here, it has an ARN that ends in the hash. */
export interface RuntimeVersion {
  /** 64 hex digits: of runtime and version, the same on every machine. */
  readonly hash: string;
  /** For people, e.g. `22.11.0`. */
  readonly version: string;
}

export interface RuntimeVersions {
  /** Newest first; none when the runtime is not on this machine. Plainly, not a promise, when it is in memory. */
  installed(runtime: string): readonly RuntimeVersion[] | Promise<readonly RuntimeVersion[]>;
  /** Calls back when another version of a runtime has become the newest. */
  onNewest(listener: (runtime: string) => void): () => void;
}
