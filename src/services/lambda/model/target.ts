// Operations on a function as a whole, and the conditions that a change of one must meet.
import { locateFunction, type Scope } from "../../../functions/address.ts";
import type { Stored } from "../../../functions/collection.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import { requireIdle } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { ActiveFunctionRecord, UpdateFailedFunctionRecord } from "../../../functions/records.ts";
import { revisionMismatch, unqualifiedOnly } from "../faults/functions.ts";
import type { LambdaParts } from "../parts.ts";

/** By a strict name without a version or alias. */
export function locateWholeFunction(input: { readonly FunctionName: string }, scope: Scope): FunctionId {
  const { id, qualifier } = locateFunction({ FunctionName: input.FunctionName }, scope, "strict");
  if (qualifier !== undefined && qualifier !== latestVersion) throw unqualifiedOnly();
  return id;
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
