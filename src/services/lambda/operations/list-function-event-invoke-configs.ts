// ListFunctionEventInvokeConfigs: those of the function, its versions and its aliases, in order of qualifiers.
import { locateFunction } from "../../../functions/address.ts";
import { belongingTo, qualifiedKey } from "../../../functions/documents.ts";
import { eventInvokeConfigs } from "../../../functions/event-invoke-config.ts";
import type { LambdaHandler } from "../api.ts";
import { eventInvokeFunctionMissing } from "../faults/event-invoke-config.ts";
import { eventInvokeConfigOutput } from "../model/event-invoke-config.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctionEventInvokeConfigs =
  ({ functions }: LambdaParts): LambdaHandler<"ListFunctionEventInvokeConfigs"> =>
  async (input, context) => {
    const { id } = locateFunction(input, context, "namespaced");
    if ((await functions.find(id)) === undefined) throw eventInvokeFunctionMissing();
    const size = pageSize(input);
    const after = readMarker(input);
    const stored = await functions.scan(id, eventInvokeConfigs, {
      prefix: belongingTo(id.name),
      limit: size + 1,
      ...(after === undefined ? {} : { after: qualifiedKey(id.name, after) }),
    });
    const { page, nextMarker } = cutPage(stored, size, ({ record }) => record.qualifier);
    return { ...nextMarker, FunctionEventInvokeConfigs: page.map(({ record }) => eventInvokeConfigOutput(id, record)) };
  };
