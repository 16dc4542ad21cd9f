// ListEventSourceMappings: in order of UUIDs; of a source, of a function in the form in which it was addressed, or of
// both. Neither needs to be there: a mapping outlives its function.
import { listMappings } from "../../../functions/event-source-mappings.ts";
import type { LambdaHandler } from "../api.ts";
import { locateMapped, mappingOutput } from "../model/event-source-mapping.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listEventSourceMappings =
  ({ functions, polling }: LambdaParts): LambdaHandler<"ListEventSourceMappings"> =>
  async (input, context) => {
    const target = input.FunctionName === undefined ? undefined : locateMapped(input.FunctionName, context);
    const source = input.EventSourceArn === "" ? undefined : input.EventSourceArn;
    const size = pageSize(input);
    // Filters are exact, and indexes are not: all that follow the marker are read for them.
    const limit = target === undefined && source === undefined ? size + 1 : undefined;
    const filter = { functionName: target?.id.name, source };
    const stored = await listMappings(functions, context, filter, { after: readMarker(input), limit });
    const found = stored
      .map(({ record }) => record)
      .filter((record) => source === undefined || record.source === source)
      .filter((record) => target === undefined || record.qualifier === target.qualifier);
    const { page, nextMarker } = cutPage(found, size, ({ uuid }) => uuid);
    return { ...nextMarker, EventSourceMappings: page.map((record) => mappingOutput(context, record, { polling })) };
  };
