// GetEventSourceMapping.
import type { LambdaHandler } from "../api.ts";
import { mappingOutput, requireMapping } from "../model/event-source-mapping.ts";
import type { LambdaParts } from "../parts.ts";

export const getEventSourceMapping =
  (parts: LambdaParts): LambdaHandler<"GetEventSourceMapping"> =>
  async ({ UUID }, context) =>
    mappingOutput(context, (await requireMapping(parts.functions, context, UUID)).record, parts);
