// How functions, versions, aliases and tags lie in the store: collections, keys, indexes, and the operations that write
// them. Kinds that belong to a function have a file of their own and a line in belongings.ts.
import type { ExpectedRevision, StoreOperation } from "../store/operation.ts";
import { Collection, type Stored } from "../store/collection.ts";
import { completeFunction, completeVersion } from "./earlier-records.ts";
import type { AliasRecord, FunctionRecord, TagsRecord, VersionCounterRecord, VersionRecord } from "./records.ts";

/** Index of functions and versions whose deployment is pending; after a restart the reconciler reads it. */
export const pendingIndex = "pending-deployment";

const pendingStates: ReadonlySet<string> = new Set(["creating", "updating"]);
const pendingKey = ({ state }: { readonly state: string }, key: string): Readonly<Record<string, string>> =>
  pendingStates.has(state) ? { [pendingIndex]: key } : {};

export const functions = new Collection<FunctionRecord>("functions", pendingKey, completeFunction);
export const versions = new Collection<VersionRecord>("versions", pendingKey, completeVersion);
export const aliases = new Collection<AliasRecord>("aliases");
export const tags = new Collection<TagsRecord>("tags");
export const versionCounters = new Collection<VersionCounterRecord>("version-counters");

/** `version` grows by one a publish; ten digits keep key order and numeric order the same. */
export const versionKey = (name: string, version: number): string => `${name}:${version.toString().padStart(10, "0")}`;
/** Of what belongs to an alias, a version (by its number) or, with `$LATEST`, to the function itself. */
export const qualifiedKey = (name: string, qualifier: string): string => `${name}:${qualifier}`;
/** Prefix of what belongs to one function; names have no colon. */
export const belongingTo = (name: string): string => `${name}:`;
/** What follows the account in the ARN of what is tagged. */
export const functionTagsKey = (name: string): string => `function:${name}`;

/**
 * INVARIANT: every write of something that belongs to a function (version, alias, tags, policy, …) is committed together
 * with this one at the revision that was read, even when the record itself stays as it is. The function's document
 * thereby orders all changes of the function: nothing can be added to one that is being deleted, and news of the
 * function is news of all that belongs to it.
 */
export const putFunction = (record: FunctionRecord, expect: ExpectedRevision): StoreOperation =>
  functions.put(record.name, record, expect);

export const deleteFunction = ({ record, revision }: Stored<FunctionRecord>): StoreOperation =>
  functions.delete(record.name, revision);

export const putVersion = (record: VersionRecord, expect: ExpectedRevision): StoreOperation =>
  versions.put(versionKey(record.name, record.version), record, expect);

export const putAlias = (record: AliasRecord, expect: ExpectedRevision): StoreOperation =>
  aliases.put(qualifiedKey(record.functionName, record.alias), record, expect);

/** No tags at all: the document goes. */
export const putTags = (key: string, all: TagsRecord["tags"]): StoreOperation =>
  Object.keys(all).length === 0 ? tags.delete(key) : tags.put(key, { tags: all });
