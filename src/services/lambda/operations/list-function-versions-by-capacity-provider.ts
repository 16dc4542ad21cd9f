// ListFunctionVersionsByCapacityProvider: every version, $LATEST included, whose CapacityProviderConfig names it.
import { formatFunctionArn } from "../../../core/arn.ts";
import { capacityProviderArn, versionsOn, type VersionOnProvider } from "../../../functions/capacity-providers.ts";
import type { LambdaHandler } from "../api.ts";
import { requireCapacityProvider } from "../model/capacity-provider.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctionVersionsByCapacityProvider =
  ({ functions }: LambdaParts): LambdaHandler<"ListFunctionVersionsByCapacityProvider"> =>
  async (input, context) => {
    const after = readMarker(input);
    const { record } = await requireCapacityProvider(functions, context, input.CapacityProviderName);
    const all = await versionsOn(functions, context, record.name);
    // A marker names the last one seen, which may be gone by now.
    const from = after === undefined ? 0 : all.findIndex((found) => keyOf(found) === after) + 1;
    const { page, nextMarker } = cutPage(all.slice(from), pageSize(input), keyOf);
    return {
      CapacityProviderArn: capacityProviderArn(context, record.name),
      FunctionVersions: page.map(({ name, version, state }) => ({
        FunctionArn: formatFunctionArn({ ...context, name }, version),
        State: state === "creating" ? "Pending" : state === "create-failed" ? "Failed" : "Active",
      })),
      ...nextMarker,
    };
  };

const keyOf = ({ name, version }: VersionOnProvider): string => `${name}:${version}`;
