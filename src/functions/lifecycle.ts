// The life of a function and of its versions: which state follows which, and what each allows. The control plane starts
// a change (create, update, publish); the engine's reconciler settles it once the code is unpacked.
//
//   creating ── deployed ─▶ active ── update ─▶ updating ── deployed ─▶ active
//      └─ failed ─▶ create-failed      ▲            └─ failed ─▶ update-failed ── update ─▶ updating
//                  (delete it)         └ publish, tag: stays
//
// Pure: callers bring ids and time, and write what they get.
import { formatFunctionArn } from "../core/arn.ts";
import { functionNotReady, updateInProgress } from "./faults.ts";
import type { FunctionConfiguration, FunctionId } from "./function-version.ts";
import type {
  ActiveFunctionRecord,
  ActiveVersionRecord,
  CreateFailedFunctionRecord,
  CreatingFunctionRecord,
  CreatingVersionRecord,
  Deployment,
  DeploymentFailure,
  FailedVersionRecord,
  FunctionRecord,
  ShownSettings,
  UpdateFailedFunctionRecord,
  UpdatingFunctionRecord,
  VersionRecord,
} from "./records.ts";
import { withoutPin } from "./runtime-management.ts";

/** What a change needs from clock and ids. */
export interface Stamp {
  readonly nowMs: number;
  readonly revisionId: string;
  readonly deploymentId: string;
}

/** What callers ask for, complete: defaults filled in. */
export interface DesiredFunction {
  readonly configuration: FunctionConfiguration;
  readonly shown: ShownSettings;
}

export type DeploymentOutcome =
  { readonly kind: "deployed" } | ({ readonly kind: "failed" } & DeploymentFailure);

export const startCreation = (name: string, desired: DesiredFunction, stamp: Stamp): CreatingFunctionRecord => ({
  state: "creating",
  name,
  revisionId: stamp.revisionId,
  lastModifiedMs: stamp.nowMs,
  deploymentId: stamp.deploymentId,
  configuration: desired.configuration,
  shown: desired.shown,
});

/** Also an update that changes nothing is one: AWS deploys it again and gives new RevisionIds. */
export function startUpdate(
  record: ActiveFunctionRecord | UpdateFailedFunctionRecord,
  desired: DesiredFunction,
  stamp: Stamp,
): UpdatingFunctionRecord {
  return { ...startCreation(record.name, desired, stamp), state: "updating", former: deploymentOf(record) };
}

export const startVersion = (
  latest: FunctionRecord,
  version: { readonly number: number; readonly description: string | undefined },
  stamp: Stamp,
): CreatingVersionRecord => ({
  state: "creating",
  name: latest.name,
  version: version.number,
  revisionId: stamp.revisionId,
  lastModifiedMs: stamp.nowMs,
  deploymentId: stamp.deploymentId,
  configuration: {
    ...withoutPin(latest.configuration),
    description: version.description ?? latest.configuration.description,
  },
  shown: latest.shown,
  publishedDescription: latest.configuration.description,
});

/** Narrows to the states that may be updated or published. Faults: 409, in AWS's words for each other state. */
export function requireIdle(
  record: FunctionRecord,
  id: FunctionId,
): ActiveFunctionRecord | UpdateFailedFunctionRecord {
  switch (record.state) {
    case "active":
    case "update-failed":
      return record;
    case "updating":
      throw updateInProgress(formatFunctionArn(id));
    case "creating":
      throw functionNotReady("Pending");
    case "create-failed":
      throw functionNotReady("Failed");
    default:
      return record satisfies never;
  }
}

/** Tags may change in every state but during an update. */
export function requireTaggable(record: FunctionRecord, id: FunctionId): void {
  if (record.state === "updating") throw updateInProgress(formatFunctionArn(id));
}

/** What invokes of it run now: during an update, and after a failed one, what was deployed before. Faults: 409. */
export function requireDeployed(record: FunctionRecord | VersionRecord): Deployment {
  switch (record.state) {
    case "active":
    case "updating":
    case "update-failed":
      return deploymentOf(record);
    case "creating":
      throw functionNotReady("Pending");
    case "create-failed":
      throw functionNotReady("Failed");
    default:
      return record satisfies never;
  }
}

/** Undefined when nothing is pending: the deployment was settled before. */
export function settleFunction(
  record: FunctionRecord,
  outcome: DeploymentOutcome,
  revisionId: string,
): ActiveFunctionRecord | CreateFailedFunctionRecord | UpdateFailedFunctionRecord | undefined {
  if (record.state !== "creating" && record.state !== "updating") return undefined;
  const { name, lastModifiedMs, configuration, shown, deploymentId } = record;
  const members = { name, revisionId, lastModifiedMs, configuration, shown, deploymentId };
  if (outcome.kind === "deployed") return { ...members, state: "active" };
  const failure = { reasonCode: outcome.reasonCode, reason: outcome.reason };
  return record.state === "creating"
    ? { ...members, state: "create-failed", failure }
    : { ...members, state: "update-failed", failure, former: record.former };
}

export function settleVersion(
  record: VersionRecord,
  outcome: DeploymentOutcome,
  revisionId: string,
): ActiveVersionRecord | FailedVersionRecord | undefined {
  if (record.state !== "creating") return undefined;
  return outcome.kind === "deployed"
    ? { ...record, state: "active", revisionId }
    : {
        ...record,
        state: "create-failed",
        revisionId,
        failure: { reasonCode: outcome.reasonCode, reason: outcome.reason },
      };
}

function deploymentOf(
  record: ActiveFunctionRecord | ActiveVersionRecord | UpdatingFunctionRecord | UpdateFailedFunctionRecord,
): Deployment {
  return record.state === "active"
    ? { deploymentId: record.deploymentId, configuration: record.configuration }
    : record.former;
}
