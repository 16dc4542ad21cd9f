// GetCapacityProvider.
import type { LambdaHandler } from "../api.ts";
import { capacityProviderOutput, requireCapacityProvider } from "../model/capacity-provider.ts";
import type { LambdaParts } from "../parts.ts";

export const getCapacityProvider =
  ({ functions }: LambdaParts): LambdaHandler<"GetCapacityProvider"> =>
  async ({ CapacityProviderName }, context) => {
    const { record } = await requireCapacityProvider(functions, context, CapacityProviderName);
    return { CapacityProvider: capacityProviderOutput(context, record) };
  };
