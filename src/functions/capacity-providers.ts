// Capacity providers as records, and the functions that name them. None holds instances: this machine is all there is.
import { formatLambdaArn } from "../core/arn.ts";
import type { Scope } from "../core/context.ts";
import { Collection } from "../store/collection.ts";
import { functions, versions } from "./documents.ts";
import { latestVersion } from "./function-version.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import type { FunctionRepository } from "./repository.ts";

/** Document `capacity-providers/NAME`. Settings are under AWS's names, as the API gives them back; absent: never sent. */
export interface CapacityProviderRecord {
  readonly name: string;
  readonly settings: CapacityProviderSettings;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
}

export interface CapacityProviderSettings {
  readonly VpcConfig: { readonly SubnetIds: readonly string[]; readonly SecurityGroupIds: readonly string[] };
  readonly PermissionsConfig: { readonly CapacityProviderOperatorRoleArn: string };
  readonly InstanceRequirements?: object | undefined;
  readonly CapacityProviderScalingConfig?: object | undefined;
  readonly KmsKeyArn?: string | undefined;
  readonly PropagateTags?: object | undefined;
  readonly TelemetryConfig?: object | undefined;
}

export const capacityProviders = new Collection<CapacityProviderRecord>("capacity-providers");

/** As ARNs and keys of tags spell it. */
export const capacityProviderKind = "capacity-provider";
export const capacityProviderArn = (scope: Scope, name: string): string => formatLambdaArn(scope, capacityProviderKind, name);

export interface VersionOnProvider {
  readonly name: string;
  /** `$LATEST` or a number in decimal. */
  readonly version: string;
  readonly state: FunctionRecord["state"] | VersionRecord["state"];
}

/** Every version of every function that names the provider, by name and number. */
export async function versionsOn(repository: FunctionRepository, scope: Scope, provider: string): Promise<readonly VersionOnProvider[]> {
  const [latest, published] = await Promise.all([repository.scan(scope, functions, {}), repository.scan(scope, versions, {})]);
  const named = [
    ...latest.map(({ record }) => ({ record, version: latestVersion })),
    ...published.map(({ record }) => ({ record, version: record.version.toString() })),
  ];
  return named
    .filter(({ record }) => record.configuration.capacityProvider === provider)
    .map(({ record, version }) => ({ name: record.name, version, state: record.state }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version, undefined, { numeric: true }));
}
