// The scaling of functions on capacity providers.
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction, type AddressInput, type Scope } from "../../../functions/address.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { requireFunction, requireQualified } from "../../../functions/lookup.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import { noCapacityProvider } from "../faults/capacity-providers.ts";

/** The version that only functions on capacity providers have: what was published last. */
const latestPublished = "$LATEST.PUBLISHED";

/** Faults: no such function or version (404); it runs on no capacity provider, which is true of all. */
export async function requireOnCapacityProvider(input: AddressInput, scope: Scope, repository: FunctionRepository): Promise<never> {
  const { id, qualifier } = locateFunction(input, scope, "namespaced");
  await requireFunction(repository, id);
  if (qualifier === undefined || qualifier === "") throw functionNotFound(formatFunctionArn(id, qualifier));
  if (qualifier !== latestPublished) await requireQualified(repository, id, qualifier);
  throw noCapacityProvider();
}
