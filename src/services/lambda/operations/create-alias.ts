// CreateAlias: a name for a version, or for two with weights.
import { formatFunctionArn } from "../../../core/arn.ts";
import { commitChange } from "../../../functions/change.ts";
import { putAlias, putFunction } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { AliasRecord } from "../../../functions/records.ts";
import type { LambdaHandler } from "../api.ts";
import { aliasExists } from "../faults/versions.ts";
import { aliasOutput, checkAliasTarget, readRouting } from "../model/alias.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const createAlias =
  (parts: LambdaParts): LambdaHandler<"CreateAlias"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    const routing = readRouting(input.RoutingConfig);
    // The function's document is written along: it orders all changes of the function (functions/documents.ts).
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireFunction(parts.functions, id);
      if ((await parts.functions.findAlias(id, input.Name)) !== undefined)
        throw aliasExists(formatFunctionArn(id, input.Name));
      const alias: AliasRecord = {
        functionName: id.name,
        alias: input.Name,
        version: input.FunctionVersion,
        description: input.Description ?? "",
        revisionId: parts.ids.uuid(),
        routing,
      };
      await checkAliasTarget(id, alias, parts);
      return { operations: [putFunction(record, revision), putAlias(alias, "absent")], result: aliasOutput(id, alias) };
    });
  };
