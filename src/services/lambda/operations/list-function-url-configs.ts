// ListFunctionUrlConfigs: those of the function and of its aliases, in order of qualifiers.
import { belongingTo, qualifiedKey } from "../../../functions/documents.ts";
import { functionUrls } from "../../../functions/function-url.ts";
import type { LambdaHandler } from "../api.ts";
import { functionUrlOutput, locateUrlTarget, requireUrlOwner } from "../model/function-url.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctionUrlConfigs =
  ({ functions }: LambdaParts): LambdaHandler<"ListFunctionUrlConfigs"> =>
  async (input, context) => {
    const target = locateUrlTarget(input, context);
    await requireUrlOwner(target, functions);
    const size = pageSize(input);
    const after = readMarker(input);
    const { id } = target;
    const stored = await functions.scan(id, functionUrls, {
      prefix: belongingTo(id.name),
      limit: size + 1,
      ...(after === undefined ? {} : { after: qualifiedKey(id.name, after) }),
    });
    const { page, nextMarker } = cutPage(stored, size, ({ record }) => record.qualifier);
    return { ...nextMarker, FunctionUrlConfigs: page.map(({ record }) => functionUrlOutput(id, record, context)) };
  };
