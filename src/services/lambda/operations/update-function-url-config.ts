// UpdateFunctionUrlConfig: replaces what was sent, Cors as a whole. The URL stays.
import { commitChange } from "../../../functions/change.ts";
import { putFunction } from "../../../functions/documents.ts";
import { functionUrls, type FunctionUrlRecord } from "../../../functions/function-url.ts";
import type { LambdaHandler } from "../api.ts";
import { functionUrlOutput, locateUrlTarget, readCors, requireUrl, requireUrlOwner } from "../model/function-url.ts";
import type { LambdaParts } from "../parts.ts";

export const updateFunctionUrlConfig =
  ({ functions, clock }: LambdaParts): LambdaHandler<"UpdateFunctionUrlConfig"> =>
  async (input, context) => {
    const target = locateUrlTarget(input, context);
    return commitChange(functions, target.id, async () => {
      const { record, revision } = await requireUrlOwner(target, functions);
      const current = await requireUrl(target, functions);
      const url: FunctionUrlRecord = {
        ...current.record,
        authType: input.AuthType ?? current.record.authType,
        invokeMode: input.InvokeMode ?? current.record.invokeMode,
        cors: input.Cors === undefined ? current.record.cors : readCors(input.Cors),
        lastModifiedMs: clock.now(),
      };
      return {
        operations: [putFunction(record, revision), functionUrls.put(target.key, url, current.revision)],
        result: functionUrlOutput(target.id, url, context),
      };
    });
  };
