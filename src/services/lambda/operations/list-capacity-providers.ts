// ListCapacityProviders: in order of names; all that there are are Active.
import { capacityProviders } from "../../../functions/capacity-providers.ts";
import type { LambdaHandler } from "../api.ts";
import { capacityProviderOutput } from "../model/capacity-provider.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listCapacityProviders =
  ({ functions }: LambdaParts): LambdaHandler<"ListCapacityProviders"> =>
  async (input, context) => {
    const after = readMarker(input);
    if (input.State !== undefined && input.State !== "Active") return { CapacityProviders: [] };
    const size = pageSize(input);
    const stored = await functions.scan(context, capacityProviders, { limit: size + 1, ...(after === undefined ? {} : { after }) });
    const { page, nextMarker } = cutPage(stored, size, ({ key }) => key);
    return { ...nextMarker, CapacityProviders: page.map(({ record }) => capacityProviderOutput(context, record)) };
  };
