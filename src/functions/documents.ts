// How records lie in the store: collections, keys, indexes, and the operations that write them. Nothing outside this
// file and repository.ts knows them.
import type { Json } from "../store/json.ts";
import type { ExpectedRevision, StoreOperation } from "../store/operation.ts";
import type { StoredDocument } from "../store/store.ts";
import type { AliasRecord, FunctionRecord, TagsRecord, VersionCounterRecord, VersionRecord } from "./records.ts";

export const collections = {
  functions: "functions",
  versions: "versions",
  aliases: "aliases",
  tags: "tags",
  versionCounters: "version-counters",
} as const;

/** Index of functions and versions whose deployment is pending; after a restart the reconciler reads it. */
export const pendingIndex = "pending-deployment";

/** A record and the revision to expect when it is written back. */
export interface Stored<Content> {
  readonly record: Content;
  readonly revision: number;
}

/** `version` grows by one a publish; ten digits keep key order and numeric order the same. */
export const versionKey = (name: string, version: number): string => `${name}:${version.toString().padStart(10, "0")}`;
export const aliasKey = (name: string, alias: string): string => `${name}:${alias}`;
/** Prefix of what belongs to one function; names have no colon. */
export const belongingTo = (name: string): string => `${name}:`;
export const functionTagsKey = (name: string): string => `function:${name}`;

/** Documents of these collections were written by the operations below and hold nothing else. */
export function readStored<Content>(document: StoredDocument): Stored<Content>;
export function readStored(document: StoredDocument): Stored<unknown> {
  return { record: document.value, revision: document.revision };
}

/** Members that are undefined are left out, as JSON does. */
const toJson = (record: object): Json => JSON.parse(JSON.stringify(record)) as Json;

const pendingStates: ReadonlySet<string> = new Set(["creating", "updating"]);
const pendingKey = (state: string, key: string): Readonly<Record<string, string>> =>
  pendingStates.has(state) ? { [pendingIndex]: key } : {};

/**
 * INVARIANT: every write of something that belongs to a function (version, alias, tags) is committed together with
 * this one at the revision that was read, even when the record itself stays as it is. The function's document thereby
 * orders all changes of the function: nothing can be added to one that is being deleted.
 */
export const putFunction = (record: FunctionRecord, expect: ExpectedRevision): StoreOperation => ({
  kind: "put-document",
  collection: collections.functions,
  key: record.name,
  value: toJson(record),
  expect,
  indexes: pendingKey(record.state, record.name),
});

export const deleteFunction = ({ record, revision }: Stored<FunctionRecord>): StoreOperation => ({
  kind: "delete-document",
  collection: collections.functions,
  key: record.name,
  expect: revision,
});

export function putVersion(record: VersionRecord, expect: ExpectedRevision): StoreOperation {
  const key = versionKey(record.name, record.version);
  return {
    kind: "put-document",
    collection: collections.versions,
    key,
    value: toJson(record),
    expect,
    indexes: pendingKey(record.state, key),
  };
}

export const deleteVersion = (name: string, version: number): StoreOperation => ({
  kind: "delete-document",
  collection: collections.versions,
  key: versionKey(name, version),
});

export const putAlias = (record: AliasRecord, expect: ExpectedRevision): StoreOperation => ({
  kind: "put-document",
  collection: collections.aliases,
  key: aliasKey(record.functionName, record.alias),
  value: toJson(record),
  expect,
});

export const deleteAlias = (name: string, alias: string): StoreOperation => ({
  kind: "delete-document",
  collection: collections.aliases,
  key: aliasKey(name, alias),
});

/** No tags at all: the document goes. */
export const putTags = (name: string, tags: TagsRecord["tags"]): StoreOperation =>
  Object.keys(tags).length === 0
    ? { kind: "delete-document", collection: collections.tags, key: functionTagsKey(name) }
    : { kind: "put-document", collection: collections.tags, key: functionTagsKey(name), value: toJson({ tags }) };

export const putVersionCounter = (
  name: string,
  counter: VersionCounterRecord,
  expect: ExpectedRevision,
): StoreOperation => ({
  kind: "put-document",
  collection: collections.versionCounters,
  key: name,
  value: toJson(counter),
  expect,
});
