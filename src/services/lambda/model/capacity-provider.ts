// Capacity providers as callers name them and see them.
import type { CapacityProvider, CapacityProviderState } from "@aws-sdk/client-lambda";
import { parseLambdaArn } from "../../../core/arn.ts";
import type { Scope } from "../../../core/context.ts";
import { capacityProviderArn, capacityProviderKind, capacityProviders, type CapacityProviderRecord } from "../../../functions/capacity-providers.ts";
import type { Stored } from "../../../store/collection.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import { taggedResourceNotFound } from "../faults/tags.ts";
import { formatTime } from "./time.ts";

/** From a name or ARN. Fault: 404 for one of another account or region. */
export function locateCapacityProvider(nameOrArn: string, scope: Scope): string {
  if (!nameOrArn.startsWith("arn:")) return nameOrArn;
  const parsed = parseLambdaArn(nameOrArn);
  if (parsed?.kind !== capacityProviderKind || parsed.account !== scope.account || parsed.region !== scope.region)
    throw capacityProviderNotFound(nameOrArn);
  return parsed.resource;
}

export const capacityProviderNotFound = (arn: string): Error => taggedResourceNotFound("Capacity provider", arn);

/** Fault: 404. */
export async function requireCapacityProvider(
  repository: FunctionRepository,
  scope: Scope,
  nameOrArn: string,
): Promise<Stored<CapacityProviderRecord>> {
  const name = locateCapacityProvider(nameOrArn, scope);
  const stored = await repository.get(scope, capacityProviders, name);
  if (stored === undefined) throw capacityProviderNotFound(capacityProviderArn(scope, name));
  return stored;
}

/** Active as soon as it is recorded: there are no instances to wait for. */
export const capacityProviderOutput = (
  scope: Scope,
  { name, settings, lastModifiedMs }: CapacityProviderRecord,
  state: CapacityProviderState = "Active",
): CapacityProvider => ({
  CapacityProviderArn: capacityProviderArn(scope, name),
  State: state,
  LastModified: formatTime(lastModifiedMs),
  // Settings are kept under AWS's names as they were decoded from the same types.
  ...(settings as Pick<CapacityProvider, keyof typeof settings>),
});
