// GetAlias.
import { formatFunctionArn } from "../../../core/arn.ts";
import type { LambdaHandler } from "../api.ts";
import { aliasArnNotFound } from "../faults/versions.ts";
import { aliasOutput } from "../model/alias.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const getAlias =
  (parts: LambdaParts): LambdaHandler<"GetAlias"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    const stored = await parts.functions.findAlias(id, input.Name);
    if (stored === undefined) throw aliasArnNotFound(formatFunctionArn(id, input.Name));
    return aliasOutput(id, stored.record);
  };
