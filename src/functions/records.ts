// Stored shapes. A function's $LATEST is in one of five states, each with exactly the members that it has: there is no
// optional member that means "not yet".
import type { FunctionConfiguration } from "./function-version.ts";

/** What callers see beside the configuration and no environment needs. */
export interface ShownSettings {
  /** An empty VpcConfig was sent: AWS answers with an empty one from then on. */
  readonly emptyVpcConfig: boolean;
}

interface LatestMembers {
  readonly name: string;
  /** Shown to callers; new with every change, also of what is not deployed (a publish). */
  readonly revisionId: string;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
  /** What callers see: desired while an update is in progress, else deployed. */
  readonly configuration: FunctionConfiguration;
  readonly shown: ShownSettings;
  /** Names the deployment of `configuration`, pending or done. */
  readonly deploymentId: string;
}

/** What invokes run: a configuration whose code was unpacked. An update keeps the former one until its own is there. */
export interface Deployment {
  readonly deploymentId: string;
  readonly configuration: FunctionConfiguration;
}

/** Of AWS's reason codes those that an unpacked zip can earn. */
type DeploymentFailureCode = "InvalidConfiguration" | "InternalError" | "InvalidRuntime" | "InvalidZipFileException";

export interface DeploymentFailure {
  readonly reasonCode: DeploymentFailureCode;
  readonly reason: string;
}

export interface CreatingFunctionRecord extends LatestMembers {
  readonly state: "creating";
}
export interface CreateFailedFunctionRecord extends LatestMembers {
  readonly state: "create-failed";
  readonly failure: DeploymentFailure;
}
export interface ActiveFunctionRecord extends LatestMembers {
  readonly state: "active";
}
export interface UpdatingFunctionRecord extends LatestMembers {
  readonly state: "updating";
  readonly former: Deployment;
}
export interface UpdateFailedFunctionRecord extends LatestMembers {
  readonly state: "update-failed";
  readonly former: Deployment;
  readonly failure: DeploymentFailure;
}

/** Document `functions/NAME`. */
export type FunctionRecord =
  | CreatingFunctionRecord
  | CreateFailedFunctionRecord
  | ActiveFunctionRecord
  | UpdatingFunctionRecord
  | UpdateFailedFunctionRecord;

interface VersionMembers {
  readonly name: string;
  readonly version: number;
  readonly revisionId: string;
  readonly lastModifiedMs: number;
  /** With the description of the publishing request, where it had one. */
  readonly configuration: FunctionConfiguration;
  readonly shown: ShownSettings;
  /** Description of $LATEST when it was published: whether a publish changes anything is judged by it. */
  readonly publishedDescription: string;
  readonly deploymentId: string;
}

export interface CreatingVersionRecord extends VersionMembers {
  readonly state: "creating";
}
export interface ActiveVersionRecord extends VersionMembers {
  readonly state: "active";
}
export interface FailedVersionRecord extends VersionMembers {
  readonly state: "create-failed";
  readonly failure: DeploymentFailure;
}

/** Document `versions/NAME:NUMBER`: immutable but for its state. */
export type VersionRecord = CreatingVersionRecord | ActiveVersionRecord | FailedVersionRecord;

/** Document `aliases/NAME:ALIAS`. */
export interface AliasRecord {
  readonly functionName: string;
  readonly alias: string;
  /** `$LATEST` or a number in decimal. */
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
  readonly routing: AliasRoutingRecord | undefined;
}

/** Whether invokes of the alias reach this version. */
export const leadsTo = ({ version, routing }: AliasRecord, target: string): boolean =>
  version === target || routing?.version === target;

/** At most one additional version; AWS allows no more. */
export interface AliasRoutingRecord {
  readonly version: string;
  /** 0 to 1: the share of invokes that it gets. */
  readonly weight: number;
}

/** Document `tags/function:NAME`; the key is what follows the account in the resource's ARN. */
export interface TagsRecord {
  readonly tags: Readonly<Record<string, string>>;
}

/** Document `version-counters/NAME`: outlives its function, since numbers are never reused. */
export interface VersionCounterRecord {
  readonly last: number;
}
