// DeleteCapacityProvider: with its tags. No function can be on it, so nothing is waited for.
import { capacityProviderArn, capacityProviderKind, capacityProviders } from "../../../functions/capacity-providers.ts";
import { commitChangeOf } from "../../../functions/change.ts";
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { capacityProviderOutput, locateCapacityProvider, requireCapacityProvider } from "../model/capacity-provider.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteCapacityProvider =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteCapacityProvider"> =>
  async ({ CapacityProviderName }, context) => {
    const name = locateCapacityProvider(CapacityProviderName, context);
    return commitChangeOf(functions, context, capacityProviderArn(context, name), async () => {
      const { record, revision } = await requireCapacityProvider(functions, context, name);
      return {
        operations: [capacityProviders.delete(name, revision), putTags(`${capacityProviderKind}:${name}`, {})],
        result: { CapacityProvider: capacityProviderOutput(context, record, "Deleting") },
      };
    });
  };
