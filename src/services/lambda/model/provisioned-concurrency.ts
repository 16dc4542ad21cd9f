// Provisioned concurrency as callers see it, and what it may be put on.
import type { PutProvisionedConcurrencyConfigResponse } from "@aws-sdk/client-lambda";
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction, type AddressInput } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import type { FunctionConcurrency } from "../../../functions/account-concurrency.ts";
import type { Stored } from "../../../store/collection.ts";
import type { ProvisionedConcurrencyRecord } from "../../../functions/concurrency.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { isNumeric, latestVersion, parseVersionNumber, type FunctionId } from "../../../functions/function-version.ts";
import { leadsTo, type AliasRecord, type FunctionRecord } from "../../../functions/records.ts";
import { managedNotProvisioned } from "../faults/capacity-providers.ts";
import { provisionedQualifierMissing, unpublishedNotProvisionable, versionOfProvisionedAlias, versionProvisionedAlready } from "../faults/concurrency.ts";
import { aliasArnNotFound } from "../faults/versions.ts";
import type { LambdaParts } from "../parts.ts";
import { formatTime } from "./time.ts";

/** A function with the qualifier that the model requires. */
export interface ProvisionedTarget {
  readonly id: FunctionId;
  readonly qualifier: string;
}

export function locateProvisioned(input: AddressInput & { readonly Qualifier: string }, scope: Scope): ProvisionedTarget {
  const { id, qualifier = input.Qualifier } = locateFunction(input, scope, "strict");
  return { id, qualifier };
}

/** An alias or a published version: 400 for `$LATEST`. */
export function locatePublished(input: AddressInput & { readonly Qualifier: string }, scope: Scope): ProvisionedTarget {
  const target = locateProvisioned(input, scope);
  if (target.qualifier === latestVersion) throw provisionedQualifierMissing();
  return target;
}

interface FoundTarget extends Stored<FunctionRecord> {
  /** That invokes of the qualifier reach. */
  readonly versions: readonly string[];
}

/** The function, read before all else, and what the qualifier leads to. Faults: 404 for function, version and alias. */
export async function requireTarget(target: ProvisionedTarget, parts: Pick<LambdaParts, "functions">): Promise<FoundTarget> {
  const stored = await parts.functions.find(target.id);
  if (stored === undefined) throw functionNotFound(formatFunctionArn(target.id, target.qualifier));
  return { ...stored, versions: await requireVersions(target, parts) };
}

async function requireVersions({ id, qualifier }: ProvisionedTarget, { functions }: Pick<LambdaParts, "functions">): Promise<readonly string[]> {
  const arn = formatFunctionArn(id, qualifier);
  if (!isNumeric(qualifier)) {
    const alias = await functions.findAlias(id, qualifier);
    if (alias === undefined) throw aliasArnNotFound(arn);
    return versionsOf(alias.record);
  }
  const number = parseVersionNumber(qualifier);
  if (number === undefined || (await functions.findVersion(id, number)) === undefined) throw functionNotFound(arn);
  return [qualifier];
}

export const versionsOf = ({ version, routing }: Pick<AliasRecord, "version" | "routing">): readonly string[] =>
  routing === undefined ? [version] : [version, routing.version];

/**
 * A version has one provisioned concurrency, its own or that of one alias; `$LATEST` has none. Faults: 400, 409.
 * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
export async function requireProvisionedOnce(
  { id, qualifier }: ProvisionedTarget,
  versions: readonly string[],
  { provisioned }: FunctionConcurrency,
  { functions }: Pick<LambdaParts, "functions">,
): Promise<void> {
  if (versions.includes(latestVersion)) throw unpublishedNotProvisionable();
  const isVersion = isNumeric(qualifier);
  if (!isVersion && versions.some((version) => provisioned.has(version))) throw versionProvisionedAlready();
  const aliases = await functions.listAliases(id);
  const others = aliases.map(({ record }) => record).filter(({ alias }) => alias !== qualifier && provisioned.has(alias));
  if (others.some((other) => versions.some((version) => leadsTo(other, version))))
    throw isVersion ? versionOfProvisionedAlias() : versionProvisionedAlready();
}

/** Environments of a function with a capacity provider are never started ahead. Fault: 400. */
export async function requireNoneManaged(id: FunctionId, versions: readonly string[], { functions }: Pick<LambdaParts, "functions">): Promise<void> {
  for (const version of versions) {
    const number = parseVersionNumber(version);
    const found = number === undefined ? undefined : await functions.findVersion(id, number);
    if (found?.record.configuration.capacityProvider !== undefined) throw managedNotProvisioned();
  }
}

type Output = PutProvisionedConcurrencyConfigResponse;

/** What is asked for is in the record, what there is only the engine knows. */
export function provisionedOutput(id: FunctionId, record: ProvisionedConcurrencyRecord, { engine }: Pick<LambdaParts, "engine">): Output {
  const { allocated, available, failed } = engine.provisioned(id, record.allocationId) ?? { allocated: 0, available: 0, failed: false };
  const status = failed ? "FAILED" : available < record.executions ? "IN_PROGRESS" : "READY";
  return {
    RequestedProvisionedConcurrentExecutions: record.executions,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: status,
    ...(failed ? { StatusReason: "FUNCTION_ERROR_INIT_FAILURE" } : {}),
    LastModified: formatTime(record.lastModifiedMs),
  };
}
