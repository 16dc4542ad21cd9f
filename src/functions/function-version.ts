// What the engine and the control plane know of one version of a function. `$LATEST` is a version like any other.
import type { AccountId, Region } from "../core/context.ts";
import type { LoggingConfiguration } from "./logging.ts";
import type { RuntimePin } from "./runtime-management.ts";
import type { RuntimeVersion } from "./runtime-versions.ts";

/** Identifies a function; an ARN in parts. */
export interface FunctionId {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
}

/** A function as the key of a map: no part of an id has a slash. */
export const functionKey = ({ account, region, name }: FunctionId): string => `${account}/${region}/${name}`;

export type Architecture = "x86_64" | "arm64";

/** What a version is made of: every member is applied when an environment starts. */
export interface FunctionConfiguration {
  /** `nodejs24.x`, `provided.al2023`, … */
  readonly runtime: string;
  readonly handler: string | undefined;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  readonly architecture: Architecture;
  /** Undefined when never sent; `{}` when sent empty: GetFunction tells them apart. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly code: CodeReference;
  /** In the order in which they are laid over each other: later ones on top. */
  readonly layers: readonly LayerReference[];
  /** Undefined: text lines to the default group. */
  readonly logging?: LoggingConfiguration | undefined;
  /** Name of the capacity provider whose function it is; undefined: of none. */
  readonly capacityProvider?: string | undefined;
  /** Invokes that one execution environment runs at once, of a function with a capacity provider; undefined: one. */
  readonly environmentConcurrency?: number | undefined;
  /** ARN of the queue or topic that gets events which no asynchronous invoke could handle. */
  readonly deadLetterArn?: string | undefined;
  /** Undefined: `Auto`, the newest version of the runtime that is installed. */
  readonly runtimePin?: RuntimePin;
}

/** A layer version as a function keeps it: it goes on to run when the layer version is deleted. */
export interface LayerReference {
  /** Of the version. */
  readonly arn: string;
  readonly code: CodeReference;
}

export interface CodeReference {
  /** Lower-case hex; the key of the zip in the blobs. */
  readonly sha256: string;
  /** Size of the zip, bytes. */
  readonly sizeBytes: number;
  readonly unzippedBytes: number;
  /** Left out: the zip carries none. */
  readonly signature?: CodeSignature;
}

/** What was found of the signature in a zip when it was uploaded. Whether it is trusted is asked when it is deployed. */
export type CodeSignature =
  /** The zip is as it was when it was signed. */
  | {
      readonly kind: "sound";
      readonly profileVersionArn: string;
      readonly jobArn: string;
      /** Unix epoch milliseconds. */
      readonly expiresAtMs: number;
    }
  /** It is not, or what lies there is no signature. */
  | { readonly kind: "broken" }
  /** By a profile that is not known here: nothing can be said of it. */
  | { readonly kind: "unknown"; readonly profileVersionArn: string };

export interface FunctionVersion {
  readonly id: FunctionId;
  /** `$LATEST` or a number in decimal. */
  readonly version: string;
  /**
   * Of what is deployed and of the runtime version that runs it; environments of another one are not reused. Not the
   * RevisionId that callers see: that one changes with a publish, too, which is no reason to end environments.
   */
  readonly deploymentId: string;
  readonly configuration: FunctionConfiguration;
  /** Undefined: the runtime was not on this machine when this was resolved; the newest, should it come. */
  readonly runtimeVersion: RuntimeVersion | undefined;
}

export const latestVersion = "$LATEST";

/** The number that a qualifier is, or undefined: `007` is none, nor is what no counter reaches. */
export const parseVersionNumber = (qualifier: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(qualifier) ? Number(qualifier) : undefined;

/** All digits: never the name of an alias, though perhaps of no version either. */
export const isNumeric = (qualifier: string): boolean => /^\d+$/.test(qualifier);
