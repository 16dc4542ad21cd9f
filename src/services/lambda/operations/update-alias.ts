// UpdateAlias: replaces what was sent; an empty RoutingConfig takes the weights away. What is provisioned for the alias
// goes with it.
import { formatFunctionArn } from "../../../core/arn.ts";
import { commitChange } from "../../../functions/change.ts";
import { putAlias, putFunction } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { AliasRecord } from "../../../functions/records.ts";
import type { LambdaHandler } from "../api.ts";
import { revisionMismatch } from "../faults/functions.ts";
import { aliasNotFound } from "../faults/versions.ts";
import { aliasOutput, checkAliasTarget, readRouting } from "../model/alias.ts";
import { requireNoneManaged, requireProvisionedOnce, versionsOf } from "../model/provisioned-concurrency.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const updateAlias =
  (parts: LambdaParts): LambdaHandler<"UpdateAlias"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    // The function's document is written along: it orders all changes of the function (functions/documents.ts).
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireFunction(parts.functions, id);
      const stored = await parts.functions.findAlias(id, input.Name);
      if (stored === undefined) throw aliasNotFound(formatFunctionArn(id, input.Name));
      const current = stored.record;
      if (input.RevisionId !== undefined && input.RevisionId !== current.revisionId) throw revisionMismatch();
      const alias: AliasRecord = {
        ...current,
        version: input.FunctionVersion ?? current.version,
        description: input.Description ?? current.description,
        revisionId: parts.ids.uuid(),
        routing: input.RoutingConfig === undefined ? current.routing : readRouting(input.RoutingConfig),
      };
      await checkAliasTarget(id, alias, parts);
      const settings = (await parts.concurrency.of(id)).of(id.name);
      if (settings.provisioned.has(input.Name)) {
        await requireNoneManaged(id, versionsOf(alias), parts);
        await requireProvisionedOnce({ id, qualifier: input.Name }, versionsOf(alias), settings, parts);
      }
      return {
        operations: [putFunction(record, revision), putAlias(alias, stored.revision)],
        result: aliasOutput(id, alias),
      };
    });
  };
