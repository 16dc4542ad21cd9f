// The scaling of functions on capacity providers.
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction, type AddressInput } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { requireFunction, requireQualified } from "../../../functions/lookup.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import { noCapacityProvider } from "../faults/capacity-providers.ts";

/** The version that only functions on capacity providers have: what was published last. */
const latestPublished = "$LATEST.PUBLISHED";

/** Its ARN. Faults: no such function or version (404); it has no capacity provider (403). */
export async function requireOnCapacityProvider(input: AddressInput, scope: Scope, repository: FunctionRepository): Promise<string> {
  const { id, qualifier } = locateFunction(input, scope, "namespaced");
  const latest = await requireFunction(repository, id);
  if (qualifier === undefined || qualifier === "") throw functionNotFound(formatFunctionArn(id, qualifier));
  const { record } = qualifier === latestPublished ? latest : await requireQualified(repository, id, qualifier);
  if (record.configuration.capacityProvider === undefined) throw noCapacityProvider();
  return formatFunctionArn(id, qualifier);
}
