// Capacity providers as records. None of them holds instances: a function that asks for one is refused by name.
import { formatLambdaArn } from "../core/arn.ts";
import type { Scope } from "./address.ts";
import { Collection } from "./collection.ts";

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
