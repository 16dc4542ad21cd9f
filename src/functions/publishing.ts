// Publishing a version: a new number, or the last one again when nothing has changed since.
import { isDeepStrictEqual } from "node:util";
import type { StoreOperation } from "../store/operation.ts";
import { putVersion } from "./documents.ts";
import type { FunctionConfiguration, FunctionId } from "./function-version.ts";
import { startVersion, type Stamp } from "./lifecycle.ts";
import { withoutPin } from "./runtime-management.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import type { FunctionRepository } from "./repository.ts";

export interface Publication {
  readonly record: VersionRecord;
  /** Empty when the last version is as $LATEST is. Else to be committed together with $LATEST's own record. */
  readonly operations: readonly StoreOperation[];
}

export interface PublicationRequest {
  readonly latest: FunctionRecord;
  /** Takes the place of $LATEST's own. */
  readonly description: string | undefined;
  readonly stamp: Stamp;
}

export async function planPublication(
  repository: FunctionRepository,
  id: FunctionId,
  { latest, description, stamp }: PublicationRequest,
): Promise<Publication> {
  const { number, take } = await repository.nextVersion(id);
  const last = await repository.findVersion(id, number - 1);
  if (last !== undefined && isUnchanged(last.record, latest.configuration))
    return { record: last.record, operations: [] };
  const record = startVersion(latest, { number, description }, stamp);
  return { record, operations: [putVersion(record, "absent"), take] };
}

/** How each of them is kept up to date with its runtime is no difference. A description that the publishing request brought is no difference; one that $LATEST was given since is. */
const isUnchanged = (last: VersionRecord, configuration: FunctionConfiguration): boolean =>
  isDeepStrictEqual(asStored({ ...withoutPin(last.configuration), description: last.publishedDescription }), asStored(withoutPin(configuration)));

/** Without members that are undefined: the store does not keep those. */
const asStored = (configuration: FunctionConfiguration): unknown => JSON.parse(JSON.stringify(configuration));
