// The function, version or alias that an operation is on, and the conditions that a change of one must meet.
import { formatFunctionArn, type FunctionNamePattern } from "../../../core/arn.ts";
import type { Fault } from "../../../core/faults.ts";
import { locateFunction, type AddressInput } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import type { Stored } from "../../../store/collection.ts";
import { qualifiedKey } from "../../../functions/documents.ts";
import { functionNotFound } from "../../../functions/faults.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import { requireIdle } from "../../../functions/lifecycle.ts";
import { findOwner, requireFunction } from "../../../functions/lookup.ts";
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

/** What a setting of its own belongs to: a function (its `$LATEST`), a version or an alias. */
export interface QualifiedTarget {
  readonly id: FunctionId;
  readonly qualifier: string;
  /** Of the setting's document. */
  readonly key: string;
}

export function locateQualified(input: AddressInput, scope: Scope, pattern: FunctionNamePattern): QualifiedTarget {
  const { id, qualifier = latestVersion } = locateFunction(input, scope, pattern);
  return { id, qualifier, key: qualifiedKey(id.name, qualifier) };
}

/** The function whose document is written along. Fault: `missing` when function, version or alias is not there. */
export async function requireOwner(
  { id, qualifier }: QualifiedTarget,
  functions: LambdaParts["functions"],
  missing: () => Fault,
): Promise<Stored<FunctionRecord>> {
  const owner = await findOwner(functions, id, qualifier);
  if (owner === undefined) throw missing();
  return owner;
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
