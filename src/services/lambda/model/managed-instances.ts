// CapacityProviderConfig of a function: its environments run several events at once. What a provider means on AWS beyond
// that, instances of its own to run on, is this machine here.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
import type { CapacityProviderConfig } from "@aws-sdk/client-lambda";
import type { Scope } from "../../../core/context.ts";
import { capacityProviderArn, capacityProviders } from "../../../functions/capacity-providers.ts";
import type { FunctionConfiguration } from "../../../functions/function-version.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { managedNeedsJson, memoryForManaged } from "../faults/capacity-providers.ts";
import { settingNotApplied } from "../faults/settings.ts";
import { limits } from "../limits.ts";
import { locateCapacityProvider, requireCapacityProvider } from "./capacity-provider.ts";

/** Runtimes whose clients poll from several workers: those that speak the Runtime API over HTTP. */
const concurrentRuntimes = /^(?:java|provided)/;

/** Where nothing is sent; AWS's own depends on the language. */
const defaultConcurrency = 32;

type Managed = Pick<FunctionConfiguration, "capacityProvider" | "environmentConcurrency">;

/** What of it a function has after `input`; nothing to change without one. Fault: 404 for a provider of another account or region. */
export function managedAfter(scope: Scope, before: Managed, input: CapacityProviderConfig | undefined): Managed {
  const config = input?.LambdaManagedInstancesCapacityProviderConfig;
  if (config?.CapacityProviderArn === undefined) return {};
  return {
    capacityProvider: locateCapacityProvider(config.CapacityProviderArn, scope),
    environmentConcurrency: config.PerExecutionEnvironmentMaxConcurrency ?? before.environmentConcurrency ?? defaultConcurrency,
  };
}

/** Faults of a whole configuration: memory, log format (its lines interleave), and a runtime that cannot. */
export function checkManaged({ capacityProvider, runtime, memoryMiB, logging }: FunctionConfiguration): void {
  if (capacityProvider === undefined) return;
  if (memoryMiB < limits.managedMemoryMiB) throw memoryForManaged(memoryMiB, limits.managedMemoryMiB);
  if (logging?.format !== "JSON") throw managedNeedsJson();
  if (!concurrentRuntimes.test(runtime)) {
    throw settingNotApplied(`CapacityProviderConfig with ${runtime}`, "its bootstrap runs one event at a time; use a Java or an OS-only runtime.");
  }
}

/** To be written with the function: orders it and the deletion of its provider. Fault: 404. */
export async function bindCapacityProvider(
  repository: FunctionRepository,
  scope: Scope,
  { capacityProvider }: Managed,
): Promise<readonly StoreOperation[]> {
  if (capacityProvider === undefined) return [];
  const { record, revision } = await requireCapacityProvider(repository, scope, capacityProviderArn(scope, capacityProvider));
  return [capacityProviders.put(record.name, record, revision)];
}

export const managedOutput = (scope: Scope, { capacityProvider, environmentConcurrency }: Managed): { CapacityProviderConfig?: CapacityProviderConfig } =>
  capacityProvider === undefined
    ? {}
    : {
        CapacityProviderConfig: {
          LambdaManagedInstancesCapacityProviderConfig: {
            CapacityProviderArn: capacityProviderArn(scope, capacityProvider),
            PerExecutionEnvironmentMaxConcurrency: environmentConcurrency,
          },
        },
      };
