// ListDurableExecutionsByFunction: none of a function that is there, since DurableConfig is refused by name. So all
// filters (DurableExecutionName, Statuses, StartedAfter, StartedBefore) hold, and ReverseOrder changes nothing.
import { locateFunction } from "../../../functions/address.ts";
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listDurableExecutionsByFunction =
  ({ functions }: LambdaParts): LambdaHandler<"ListDurableExecutionsByFunction"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    readMarker(input);
    await requireQualified(functions, id, qualifier);
    return { DurableExecutions: [] };
  };
