// ListFunctionVersionsByCapacityProvider: none, since a function that asks for a capacity provider is refused by name.
import { capacityProviderArn } from "../../../functions/capacity-providers.ts";
import type { LambdaHandler } from "../api.ts";
import { requireCapacityProvider } from "../model/capacity-provider.ts";
import { readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctionVersionsByCapacityProvider =
  ({ functions }: LambdaParts): LambdaHandler<"ListFunctionVersionsByCapacityProvider"> =>
  async (input, context) => {
    readMarker(input);
    const { record } = await requireCapacityProvider(functions, context, input.CapacityProviderName);
    return { CapacityProviderArn: capacityProviderArn(context, record.name), FunctionVersions: [] };
  };
