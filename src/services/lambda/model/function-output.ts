// Records as callers see them: FunctionConfiguration with exactly the members that AWS sends in each state.
import type {
  FunctionConfiguration as FunctionConfigurationOutput,
  LastUpdateStatusReasonCode,
  Runtime,
} from "@aws-sdk/client-lambda";
import { formatFunctionArn } from "../../../core/arn.ts";
import type { FunctionTarget } from "../../../functions/address.ts";
import { latestVersion, type FunctionConfiguration, type FunctionId } from "../../../functions/function-version.ts";
import type { FoundVersion } from "../../../functions/lookup.ts";
import type { FunctionRecord, ShownSettings, VersionRecord } from "../../../functions/records.ts";
import type { LambdaParts } from "../parts.ts";
import { base64Sha256, signatureMembers } from "./code.ts";
import { loggingOutput } from "./logging.ts";
import { managedOutput } from "./managed-instances.ts";
import { runtimeVersionMembers } from "./runtime-management.ts";
import { formatTime } from "./time.ts";

/** Text and code of a state on its way; AWS says "created" of updates, too. */
const inTheMaking = { reason: "The function is being created.", code: "Creating" } as const;

/** AWS sends it, as recorded; its model does not list it. */
const updatingCode = (inTheMaking.code as string) as LastUpdateStatusReasonCode;

type Status = Pick<
  FunctionConfigurationOutput,
  | "State"
  | "StateReason"
  | "StateReasonCode"
  | "LastUpdateStatus"
  | "LastUpdateStatusReason"
  | "LastUpdateStatusReasonCode"
>;

/** `qualifier` is what the ARN ends in: as the caller asked. */
export const latestOutput = async (
  parts: OutputParts,
  id: FunctionId,
  record: FunctionRecord,
  qualifier?: string,
): Promise<FunctionConfigurationOutput> => ({
  ...(await membersOf(parts, { id, qualifier }, record)),
  Version: latestVersion,
  ...statusOf(record),
});

export const versionOutput = async (
  parts: OutputParts,
  id: FunctionId,
  record: VersionRecord,
  qualifier: string | undefined = record.version.toString(),
): Promise<FunctionConfigurationOutput> => ({
  ...(await membersOf(parts, { id, qualifier }, record)),
  Version: record.version.toString(),
  ...statusOf(record),
});

export const foundOutput = (
  parts: OutputParts,
  id: FunctionId,
  found: FoundVersion,
  qualifier: string | undefined,
): Promise<FunctionConfigurationOutput> =>
  found.kind === "latest"
    ? latestOutput(parts, id, found.record, qualifier)
    : versionOutput(parts, id, found.record, qualifier);

/** Lists say nothing of states. */
export function listed(output: FunctionConfigurationOutput): FunctionConfigurationOutput {
  const {
    State: _state,
    StateReason: _stateReason,
    StateReasonCode: _stateReasonCode,
    LastUpdateStatus: _status,
    LastUpdateStatusReason: _statusReason,
    LastUpdateStatusReasonCode: _statusReasonCode,
    ...members
  } = output;
  return members;
}

/** What an answer says that is not in the record. */
type OutputParts = Pick<LambdaParts, "runtimeVersions">;

interface ShownRecord {
  readonly revisionId: string;
  readonly lastModifiedMs: number;
  readonly configuration: FunctionConfiguration;
  readonly shown: ShownSettings;
}

/** What AWS sends in every state. Members that nothing applies yet have the values that AWS means by default. */
async function membersOf(parts: OutputParts, { id, qualifier }: FunctionTarget, record: ShownRecord): Promise<FunctionConfigurationOutput> {
  const { configuration, shown } = record;
  return {
    FunctionName: id.name,
    FunctionArn: formatFunctionArn(id, qualifier),
    // CreateFunction took it: it is one of the client's or newer than the client.
    Runtime: configuration.runtime as Runtime,
    Role: configuration.role,
    Handler: configuration.handler,
    CodeSize: configuration.code.sizeBytes,
    Description: configuration.description,
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMiB,
    LastModified: formatTime(record.lastModifiedMs),
    CodeSha256: base64Sha256(configuration.code),
    ...signatureMembers(configuration.code),
    ...(shown.emptyVpcConfig ? { VpcConfig: noVpc } : {}),
    ...(configuration.layers.length === 0
      ? {}
      : { Layers: configuration.layers.map(({ arn, code }) => ({ Arn: arn, CodeSize: code.sizeBytes, ...signatureMembers(code) })) }),
    ...(configuration.environment === undefined ? {} : { Environment: { Variables: { ...configuration.environment } } }),
    ...(configuration.deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: configuration.deadLetterArn } }),
    TracingConfig: { Mode: "PassThrough" },
    RevisionId: record.revisionId,
    PackageType: "Zip",
    Architectures: [configuration.architecture],
    EphemeralStorage: { Size: configuration.ephemeralStorageMiB },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    ...(await runtimeVersionMembers(parts, id, configuration)),
    LoggingConfig: loggingOutput(id, configuration),
    ...managedOutput(id, configuration),
  };
}

const noVpc = { SubnetIds: [], SecurityGroupIds: [], VpcId: "", Ipv6AllowedForDualStack: false };

/** https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
function statusOf(record: FunctionRecord | VersionRecord): Status {
  switch (record.state) {
    case "creating":
      return { State: "Pending", StateReason: inTheMaking.reason, StateReasonCode: inTheMaking.code };
    case "create-failed":
      return {
        State: "Failed",
        StateReason: record.failure.reason,
        StateReasonCode: record.failure.reasonCode,
        LastUpdateStatus: "Failed",
        LastUpdateStatusReason: record.failure.reason,
        LastUpdateStatusReasonCode: record.failure.reasonCode,
      };
    case "active":
      return { State: "Active", LastUpdateStatus: "Successful" };
    case "updating":
      return {
        State: "Active",
        LastUpdateStatus: "InProgress",
        LastUpdateStatusReason: inTheMaking.reason,
        LastUpdateStatusReasonCode: updatingCode,
      };
    case "update-failed":
      return {
        State: "Active",
        LastUpdateStatus: "Failed",
        LastUpdateStatusReason: record.failure.reason,
        LastUpdateStatusReasonCode: record.failure.reasonCode,
      };
    default:
      return record satisfies never;
  }
}
