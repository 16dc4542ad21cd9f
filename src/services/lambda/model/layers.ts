// Layers as callers name and see them.
import type { GetLayerVersionResponse, LayerVersionsListItem, Runtime } from "@aws-sdk/client-lambda";
import { formatLayerArn, parseLambdaArn } from "../../../core/arn.ts";
import type { CallContext, Scope } from "../../../core/context.ts";
import { callerName } from "../../../core/principal-names.ts";
import type { LayerId, LayerVersionRecord } from "../../../functions/layers.ts";
import { layerAccessDenied, layerResourceNotFound } from "../faults/layers.ts";
import type { LambdaParts } from "../parts.ts";
import { base64Sha256, signatureMembers } from "./code.ts";
import { formatTime } from "./time.ts";

export interface LayerVersionAddress {
  readonly id: LayerId;
  readonly version: number;
}

/** By a name or by an ARN without a version, perhaps of another account. The model's pattern lets nothing else by. */
export function locateLayer(LayerName: string, { account, region }: Scope): LayerId {
  const arn = parseLambdaArn(LayerName);
  return arn === undefined ? { account, region, name: LayerName } : { account: arn.account, region: arn.region, name: arn.resource };
}

/** One of the caller's own account and region, to be changed. Faults: another account's (403), elsewhere (404). */
export function locateOwnLayer(LayerName: string, action: string, context: CallContext): LayerId {
  const id = locateLayer(LayerName, context);
  if (id.account !== context.account) throw layerAccessDenied(callerName(context), action, formatLayerArn(id));
  if (id.region !== context.region) throw layerResourceNotFound();
  return id;
}

/** A layer version by its ARN; undefined when it is none of ours (`arn:aws:lambda:::awslayer:…`). */
export function parseLayerVersionArn(text: string): LayerVersionAddress | undefined {
  const arn = parseLambdaArn(text);
  const [name, version] = arn?.kind === "layer" ? arn.resource.split(":") : [];
  if (arn === undefined || name === undefined || version === undefined) return undefined;
  return { id: { account: arn.account, region: arn.region, name }, version: Number(version) };
}

/** As lists show it; AWS leaves out what was not sent, but for the description. */
export function listedLayerVersion(id: LayerId, record: LayerVersionRecord): LayerVersionsListItem {
  const { compatibleRuntimes, compatibleArchitectures, licenseInfo } = record;
  return {
    LayerVersionArn: formatLayerArn(id, record.version),
    Version: record.version,
    Description: record.description,
    CreatedDate: formatTime(record.createdMs),
    // PublishLayerVersion took them: they are the client's or newer than the client.
    ...(compatibleRuntimes === undefined ? {} : { CompatibleRuntimes: compatibleRuntimes as Runtime[] }),
    ...(compatibleArchitectures === undefined ? {} : { CompatibleArchitectures: [...compatibleArchitectures] }),
    ...(licenseInfo === "" ? {} : { LicenseInfo: licenseInfo }),
  };
}

/** With a link to the content, good for ten minutes. */
export const layerVersionOutput = (
  id: LayerId,
  record: LayerVersionRecord,
  { endpoint }: Pick<CallContext, "endpoint">,
  parts: Pick<LambdaParts, "links">,
): GetLayerVersionResponse => ({
  ...listedLayerVersion(id, record),
  LayerArn: formatLayerArn(id),
  Content: {
    Location: parts.links.forBlob(record.code.sha256, endpoint),
    CodeSha256: base64Sha256(record.code),
    CodeSize: record.code.sizeBytes,
    ...signatureMembers(record.code),
  },
});

export interface LayerFilter {
  readonly CompatibleRuntime?: string | undefined;
  readonly CompatibleArchitecture?: string | undefined;
}

export const isFiltered = ({ CompatibleRuntime, CompatibleArchitecture }: LayerFilter): boolean =>
  CompatibleRuntime !== undefined || CompatibleArchitecture !== undefined;

/** A version that names no runtimes or architectures is found by none. */
export const matchesFilter = (record: LayerVersionRecord, { CompatibleRuntime, CompatibleArchitecture }: LayerFilter): boolean =>
  (CompatibleRuntime === undefined || record.compatibleRuntimes?.includes(CompatibleRuntime) === true) &&
  (CompatibleArchitecture === undefined ||
    record.compatibleArchitectures?.some((architecture) => architecture === CompatibleArchitecture) === true);
