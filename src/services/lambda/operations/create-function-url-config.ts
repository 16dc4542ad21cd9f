// CreateFunctionUrlConfig: one URL a function and one an alias.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { functionUrls, newUrlId, type FunctionUrlRecord } from "../../../functions/function-url.ts";
import type { LambdaHandler } from "../api.ts";
import { urlConfigExists } from "../faults/function-url.ts";
import { functionUrlOutput, locateUrlTarget, readCors, requireUrlOwner, urlFunctionArn } from "../model/function-url.ts";
import type { LambdaParts } from "../parts.ts";

export const createFunctionUrlConfig =
  ({ functions, clock, ids }: LambdaParts): LambdaHandler<"CreateFunctionUrlConfig"> =>
  async (input, context) => {
    const target = locateUrlTarget(input, context);
    return commitChange(functions, target.id, async () => {
      const { record, revision } = await requireUrlOwner(target, functions);
      if ((await functions.get(target.id, functionUrls, target.key)) !== undefined)
        throw urlConfigExists(urlFunctionArn(target));
      const now = clock.now();
      const url: FunctionUrlRecord = {
        functionName: target.id.name,
        qualifier: target.qualifier,
        urlId: newUrlId(ids),
        authType: input.AuthType,
        invokeMode: input.InvokeMode,
        cors: readCors(input.Cors),
        createdMs: now,
        lastModifiedMs: now,
      };
      const { LastModifiedTime: _shownLater, ...created } = functionUrlOutput(target.id, url, context);
      return {
        operations: [putFunction(record, revision), functionUrls.put(target.key, url, "absent")],
        // AWS shows the default of InvokeMode only later.
        result: { ...created, InvokeMode: input.InvokeMode },
      };
    });
  };
