// UpdateCapacityProvider: replaces what was sent, each as a whole.
import { capacityProviderArn, capacityProviders } from "../../../functions/capacity-providers.ts";
import { commitChangeOf } from "../../../store/change.ts";
import type { LambdaHandler } from "../api.ts";
import { capacityProviderOutput, locateCapacityProvider, requireCapacityProvider } from "../model/capacity-provider.ts";
import type { LambdaParts } from "../parts.ts";

export const updateCapacityProvider =
  ({ functions, clock }: LambdaParts): LambdaHandler<"UpdateCapacityProvider"> =>
  async ({ CapacityProviderName, CapacityProviderScalingConfig, PropagateTags, TelemetryConfig }, context) => {
    const name = locateCapacityProvider(CapacityProviderName, context);
    return commitChangeOf(functions, context, capacityProviderArn(context, name), async () => {
      const { record, revision } = await requireCapacityProvider(functions, context, name);
      const settings = {
        ...record.settings,
        ...(CapacityProviderScalingConfig === undefined ? {} : { CapacityProviderScalingConfig }),
        ...(PropagateTags === undefined ? {} : { PropagateTags }),
        ...(TelemetryConfig === undefined ? {} : { TelemetryConfig }),
      };
      const updated = { ...record, settings, lastModifiedMs: clock.now() };
      return {
        operations: [capacityProviders.put(name, updated, revision)],
        result: { CapacityProvider: capacityProviderOutput(context, updated) },
      };
    });
  };
