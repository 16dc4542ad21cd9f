// Typed input out of a tree of plain objects, lists and leaves, which JSON and CBOR have in common. Readers are
// closures compiled once a shape; what differs between the two formats are the leaves and the names of members.
import { pathTo, type Notes } from "./codec.ts";
import { deepestNesting, serialization, tooDeep } from "./faults.ts";
import { isRecord, readTimestamp, setOwn } from "./scalar.ts";
import { compiledOnce, kindOf, membersOf, type Shape } from "./shape.ts";

type Read = (value: unknown, at: string, notes: Notes) => unknown;

export interface TreeReadFormat {
  /** Name of a member on the wire. */
  readonly memberName: (name: string, shape: Shape) => string;
  readonly readBlob: (value: unknown, at: string) => Uint8Array;
}

/** As the parsers of AWS's services name what they met (answers of DynamoDB). */
function tokenOf(value: unknown): string {
  if (typeof value === "string") return "STRING_VALUE";
  if (typeof value === "number") return Number.isInteger(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
  return value === true ? "TRUE_VALUE" : "FALSE_VALUE";
}

/** What AWS's JSON parsers say when a value is of another kind than its member. */
export function wrongType(value: unknown, wanted: string): Error {
  if (Array.isArray(value)) return serialization("Start of list found where not expected");
  if (typeof value === "object") return serialization("Start of structure or map found where not expected.");
  return serialization(`${tokenOf(value)} can not be converted to ${wanted}`);
}

const readString: Read = (value) => {
  if (typeof value === "string") return value;
  throw wrongType(value, "String");
};

const readBoolean: Read = (value) => {
  if (typeof value === "boolean") return value;
  throw wrongType(value, "Boolean");
};

const readNumber: Read = (value) => {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  // JSON has no other way to say these three (Smithy: restJson1 protocol, shape serialization).
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw wrongType(value, "Integer");
};

/** CBOR has dates of its own; JSON has several ways to write one. */
const readTime: Read = (value, at) => (value instanceof Date ? value : readTimestamp(value, at));

/** A document is any JSON; only its depth is looked at. */
const readDocument: Read = (value, at, notes) => {
  if (typeof value === "object" && value !== null) {
    down(notes);
    for (const item of Object.values(value)) readDocument(item, at, notes);
    notes.depth -= 1;
  }
  return value;
};

function down(notes: Notes): void {
  notes.depth += 1;
  if (notes.depth > deepestNesting) throw tooDeep();
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;
const isSparse = (shape: Shape): boolean => Boolean(shape.getMergedTraits().sparse);

type ReaderOf = (shape: Shape) => Read;

/** Looked up by the names that are there, not by those of the schema: most members of large inputs are absent. */
function structureReader(shape: Shape, readerOf: ReaderOf, memberName: TreeReadFormat["memberName"]): Read {
  const members = new Map(
    membersOf(shape).map(([name, member]) => [memberName(name, member), { name, read: readerOf(member) }]),
  );
  return (value, at, notes) => {
    if (!isRecord(value)) throw wrongType(value, shape.getName() ?? "structure");
    down(notes);
    const read: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const item = value[key];
      const member = members.get(key);
      if (member === undefined) {
        // Older SDKs name the types of documents and structures so; it is no member of any.
        if (key !== "__type") notes.unknownMembers.push(pathTo(at, key));
      } else if (!isAbsent(item)) {
        read[member.name] = member.read(item, pathTo(at, member.name), notes);
      }
    }
    notes.depth -= 1;
    return read;
  };
}

/** A null in a list or map that is not sparse stands for nothing, as it does in a structure. */
function listReader(shape: Shape, readerOf: ReaderOf): Read {
  const readItem = readerOf(shape.getValueSchema());
  const sparse = isSparse(shape);
  return (value, at, notes) => {
    if (!Array.isArray(value)) throw wrongType(value, "List");
    down(notes);
    const read: unknown[] = [];
    for (const item of value) {
      if (!isAbsent(item)) read.push(readItem(item, at, notes));
      else if (sparse) read.push(null);
    }
    notes.depth -= 1;
    return read;
  };
}

function mapReader(shape: Shape, readerOf: ReaderOf): Read {
  const readItem = readerOf(shape.getValueSchema());
  const sparse = isSparse(shape);
  return (value, at, notes) => {
    if (!isRecord(value)) throw wrongType(value, "Map");
    down(notes);
    const read: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (!isAbsent(item)) setOwn(read, key, readItem(item, pathTo(at, key), notes));
      else if (sparse) setOwn(read, key, null);
    }
    notes.depth -= 1;
    return read;
  };
}

/** The reader of any shape in that format; structures are compiled on first use. */
export function treeReader(format: TreeReadFormat): ReaderOf {
  const readerOf: ReaderOf = compiledOnce((shape): Read => {
    const kind = kindOf(shape);
    switch (kind) {
      case "structure":
        return structureReader(shape, readerOf, format.memberName);
      case "list":
        return listReader(shape, readerOf);
      case "map":
        return mapReader(shape, readerOf);
      case "string":
        return readString;
      case "number":
        return readNumber;
      case "boolean":
        return readBoolean;
      case "blob":
        return format.readBlob;
      case "timestamp":
        return readTime;
      case "document":
        return readDocument;
      case "unit":
        return () => ({});
      default:
        return kind satisfies never;
    }
  });
  return readerOf;
}
