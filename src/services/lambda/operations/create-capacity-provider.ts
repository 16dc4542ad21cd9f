// CreateCapacityProvider: a record. What a function that names it gets is in model/managed-instances.ts.
import { commitChangeOf } from "../../../store/change.ts";
import { capacityProviderArn, capacityProviderKind, capacityProviders, type CapacityProviderRecord } from "../../../functions/capacity-providers.ts";
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { capacityProviderExists, instanceTypesExclusive } from "../faults/capacity-providers.ts";
import { capacityProviderOutput, locateCapacityProvider } from "../model/capacity-provider.ts";
import { checkTags } from "../model/settings.ts";
import type { LambdaParts } from "../parts.ts";

export const createCapacityProvider =
  ({ functions, clock }: LambdaParts): LambdaHandler<"CreateCapacityProvider"> =>
  async (input, context) => {
    const { VpcConfig, PermissionsConfig, InstanceRequirements, CapacityProviderScalingConfig, KmsKeyArn, PropagateTags, TelemetryConfig } = input;
    const { AllowedInstanceTypes = [], ExcludedInstanceTypes = [] } = InstanceRequirements ?? {};
    if (AllowedInstanceTypes.length > 0 && ExcludedInstanceTypes.length > 0) throw instanceTypesExclusive();
    const tags = input.Tags ?? {};
    checkTags(tags);
    const name = locateCapacityProvider(input.CapacityProviderName, context);
    const settings = { VpcConfig, PermissionsConfig, InstanceRequirements, CapacityProviderScalingConfig, KmsKeyArn, PropagateTags, TelemetryConfig };
    const record: CapacityProviderRecord = { name, settings, lastModifiedMs: clock.now() };
    return commitChangeOf(functions, context, capacityProviderArn(context, name), async () => {
      if ((await functions.get(context, capacityProviders, name)) !== undefined) throw capacityProviderExists(name);
      const operations = [capacityProviders.put(name, record, "absent"), putTags(`${capacityProviderKind}:${name}`, tags)];
      return { operations, result: { CapacityProvider: capacityProviderOutput(context, record, "Pending") } };
    });
  };
