// Aliases as callers see them, and the rules of what one may point to.
import type { AliasConfiguration } from "@aws-sdk/client-lambda";
import { formatFunctionArn } from "../../../core/arn.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { latestVersion, parseVersionNumber, type FunctionId } from "../../../functions/function-version.ts";
import type { AliasRecord, AliasRoutingRecord } from "../../../functions/records.ts";
import type { LambdaInput } from "../api.ts";
import { latestNotRoutable, tooManyAdditionalVersions, versionRoutedTwice } from "../faults/versions.ts";
import type { LambdaParts } from "../parts.ts";

export const aliasOutput = (id: FunctionId, alias: AliasRecord): AliasConfiguration => ({
  AliasArn: formatFunctionArn(id, alias.alias),
  Name: alias.alias,
  FunctionVersion: alias.version,
  Description: alias.description,
  ...(alias.routing === undefined
    ? {}
    : { RoutingConfig: { AdditionalVersionWeights: { [alias.routing.version]: alias.routing.weight } } }),
  RevisionId: alias.revisionId,
});

/** Undefined: all invokes go to the alias' own version. */
export function readRouting(input: LambdaInput<"CreateAlias">["RoutingConfig"]): AliasRoutingRecord | undefined {
  const weights = Object.entries(input?.AdditionalVersionWeights ?? {});
  if (weights.length > 1) throw tooManyAdditionalVersions();
  const [additional] = weights;
  return additional === undefined ? undefined : { version: additional[0], weight: additional[1] };
}

/** Faults: a combination that AWS refuses (400), a version that is not there (404). The function is. */
export async function checkAliasTarget(
  id: FunctionId,
  { version, routing }: Pick<AliasRecord, "version" | "routing">,
  parts: Pick<LambdaParts, "functions">,
): Promise<void> {
  if (routing !== undefined && version === latestVersion) throw latestNotRoutable();
  if (routing?.version === version) throw versionRoutedTwice(version);
  for (const target of routing === undefined ? [version] : [version, routing.version]) {
    if (target === latestVersion) continue;
    const number = parseVersionNumber(target);
    if (number === undefined || (await parts.functions.findVersion(id, number)) === undefined)
      throw functionNotFound(formatFunctionArn(id, target));
  }
}
