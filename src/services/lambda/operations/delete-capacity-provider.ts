// DeleteCapacityProvider: with its tags, once no function uses it.
import { capacityProviderArn, capacityProviderKind, capacityProviders } from "../../../functions/capacity-providers.ts";
import { commitChangeOf } from "../../../store/change.ts";
import { putTags } from "../../../functions/documents.ts";
import { versionsOn } from "../../../functions/capacity-providers.ts";
import { capacityProviderInUse } from "../faults/capacity-providers.ts";
import type { LambdaHandler } from "../api.ts";
import { capacityProviderOutput, locateCapacityProvider, requireCapacityProvider } from "../model/capacity-provider.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteCapacityProvider =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteCapacityProvider"> =>
  async ({ CapacityProviderName }, context) => {
    const name = locateCapacityProvider(CapacityProviderName, context);
    return commitChangeOf(functions, context, capacityProviderArn(context, name), async () => {
      const { record, revision } = await requireCapacityProvider(functions, context, name);
      // A function that is bound to it meanwhile writes the provider, too: then this is tried again.
      if ((await versionsOn(functions, context, name)).length > 0) throw capacityProviderInUse(name);
      return {
        operations: [capacityProviders.delete(name, revision), putTags(`${capacityProviderKind}:${name}`, {})],
        result: { CapacityProvider: capacityProviderOutput(context, record, "Deleting") },
      };
    });
  };
