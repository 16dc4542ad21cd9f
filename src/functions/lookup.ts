// What a name and a qualifier mean to the control plane: the record itself, in whatever state it is.
import { formatFunctionArn } from "../core/arn.ts";
import { functionNotFound } from "./faults.ts";
import { isNumeric, latestVersion, parseVersionNumber, type FunctionId } from "./function-version.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import type { FunctionRepository } from "./repository.ts";
import type { Stored } from "../store/collection.ts";

export type FoundVersion =
  | { readonly kind: "latest"; readonly record: FunctionRecord }
  | { readonly kind: "version"; readonly record: VersionRecord };

/** Fault: 404 with the bare ARN. */
export async function requireFunction(
  repository: FunctionRepository,
  id: FunctionId,
): Promise<Stored<FunctionRecord>> {
  const stored = await repository.find(id);
  if (stored === undefined) throw functionNotFound(formatFunctionArn(id));
  return stored;
}

/** Of an alias the version that it points to, weights aside. Fault: 404 with the qualifier that was asked for. */
export async function requireQualified(
  repository: FunctionRepository,
  id: FunctionId,
  qualifier: string | undefined,
): Promise<FoundVersion> {
  const missing = (): never => {
    throw functionNotFound(formatFunctionArn(id, qualifier));
  };
  const version =
    qualifier === undefined || qualifier === latestVersion || isNumeric(qualifier)
      ? (qualifier ?? latestVersion)
      : ((await repository.findAlias(id, qualifier))?.record.version ?? missing());
  if (version === latestVersion) {
    const latest = await repository.find(id);
    return latest === undefined ? missing() : { kind: "latest", record: latest.record };
  }
  const number = parseVersionNumber(version);
  const published = number === undefined ? undefined : await repository.findVersion(id, number);
  return published === undefined ? missing() : { kind: "version", record: published.record };
}

/**
 * The function's own record, with which a setting of `qualifier` (`$LATEST`, a number, an alias) is written; undefined
 * when there is no such function, version or alias.
 */
export async function findOwner(
  repository: FunctionRepository,
  id: FunctionId,
  qualifier: string,
): Promise<Stored<FunctionRecord> | undefined> {
  const number = parseVersionNumber(qualifier);
  const [owner, qualified] = await Promise.all([
    repository.find(id),
    number === undefined ? repository.findAlias(id, qualifier) : repository.findVersion(id, number),
  ]);
  return qualifier === latestVersion || qualified !== undefined ? owner : undefined;
}
