// Operations on a function as a whole, and the conditions that a change of one must meet.
import { formatFunctionArn } from "../../../core/arn.ts";
import { locateFunction, type Scope } from "../../../functions/address.ts";
import type { Stored } from "../../../functions/collection.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import { requireIdle } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { ActiveFunctionRecord, FunctionRecord, UpdateFailedFunctionRecord } from "../../../functions/records.ts";
import { revisionMismatch, unqualifiedOnly } from "../faults/functions.ts";
import type { LambdaParts } from "../parts.ts";

/** By a strict name without a version or alias. */
export function locateWholeFunction(input: { readonly FunctionName: string }, scope: Scope): FunctionId {
  const { id, qualifier } = locateFunction({ FunctionName: input.FunctionName }, scope, "strict");
  if (qualifier !== undefined && qualifier !== latestVersion) throw unqualifiedOnly();
  return id;
}

/** By a strict name without any qualifier: not even `$LATEST`. */
export function locateUnqualified(input: { readonly FunctionName: string }, scope: Scope): FunctionId {
  const { id, qualifier } = locateFunction({ FunctionName: input.FunctionName }, scope, "strict");
  if (qualifier !== undefined) throw unqualifiedOnly();
  return id;
}

/** Where AWS's 404 names the version: with `:$LATEST`. */
export async function requireLatest(functions: LambdaParts["functions"], id: FunctionId): Promise<Stored<FunctionRecord>> {
  const stored = await functions.find(id);
  if (stored === undefined) throw functionNotFound(formatFunctionArn(id, latestVersion));
  return stored;
}

/** Faults: missing (404), not in a state to be changed (409), changed since the caller looked (412). */
export async function requireChangeable(
  id: FunctionId,
  revisionId: string | undefined,
  { functions }: Pick<LambdaParts, "functions">,
): Promise<Stored<ActiveFunctionRecord | UpdateFailedFunctionRecord>> {
  const { record, ...stored } = await requireFunction(functions, id);
  const idle = requireIdle(record, id);
  if (revisionId !== undefined && revisionId !== idle.revisionId) throw revisionMismatch();
  return { ...stored, record: idle };
}
