// Values as a tree of plain objects, lists and leaves, which JSON and CBOR have in common. Readers and writers are
// closures compiled once a shape; what differs between the two formats are the leaves and the names of members.
import { pathTo, type Notes } from "./codec.ts";
import { deepestNesting, serialization, tooDeep } from "./faults.ts";
import { isRecord, readTimestamp, setOwn } from "./scalar.ts";
import { compiledOnce, kindOf, membersOf, type Shape } from "./shape.ts";

export type Read = (value: unknown, at: string, notes: Notes) => unknown;
export type Write = (value: unknown) => unknown;

export interface TreeFormat {
  /** Name of a member on the wire. */
  readonly memberName: (name: string, shape: Shape) => string;
  readonly readBlob: (value: unknown, at: string) => Uint8Array;
  readonly writeBlob: (value: Uint8Array) => unknown;
  readonly writeNumber: Write;
  readonly writeTimestamp: (value: Date, shape: Shape) => unknown;
}

/** As the parsers of AWS's services name what they met (answers of DynamoDB). */
function tokenOf(value: unknown): string {
  if (typeof value === "string") return "STRING_VALUE";
  if (typeof value === "number") return Number.isInteger(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
  return value === true ? "TRUE_VALUE" : "FALSE_VALUE";
}

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

export function treeReader(format: TreeFormat): (shape: Shape) => Read {
  const structure = (shape: Shape): Read => {
    const members = new Map(
      membersOf(shape).map(([name, member]) => [format.memberName(name, member), { name, read: reader(member) }]),
    );
    return (value, at, notes) => {
      if (!isRecord(value)) throw wrongType(value, shape.getName() ?? "structure");
      down(notes);
      const read: Record<string, unknown> = {};
      for (const key of Object.keys(value)) {
        const item = value[key];
        const member = members.get(key);
        if (member === undefined) {
          if (key !== "__type") notes.unknownMembers.push(pathTo(at, key));
        } else if (item !== null && item !== undefined) {
          read[member.name] = member.read(item, pathTo(at, member.name), notes);
        }
      }
      notes.depth -= 1;
      return read;
    };
  };
  const list = (shape: Shape): Read => {
    const readItem = reader(shape.getValueSchema());
    const sparse = Boolean(shape.getMergedTraits().sparse);
    return (value, at, notes) => {
      if (!Array.isArray(value)) throw wrongType(value, "List");
      down(notes);
      const read: unknown[] = [];
      for (const item of value) {
        if (item !== null && item !== undefined) read.push(readItem(item, at, notes));
        else if (sparse) read.push(null);
      }
      notes.depth -= 1;
      return read;
    };
  };
  const map = (shape: Shape): Read => {
    const readItem = reader(shape.getValueSchema());
    const sparse = Boolean(shape.getMergedTraits().sparse);
    return (value, at, notes) => {
      if (!isRecord(value)) throw wrongType(value, "Map");
      down(notes);
      const read: Record<string, unknown> = {};
      for (const key of Object.keys(value)) {
        const item = value[key];
        if (item !== null && item !== undefined) setOwn(read, key, readItem(item, pathTo(at, key), notes));
        else if (sparse) setOwn(read, key, null);
      }
      notes.depth -= 1;
      return read;
    };
  };
  const compile = (shape: Shape): Read => {
    const kind = kindOf(shape);
    switch (kind) {
      case "structure":
        return structure(shape);
      case "list":
        return list(shape);
      case "map":
        return map(shape);
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
  };
  const reader = compiledOnce(compile);
  return reader;
}

const asIs: Write = (value) => value;

export function treeWriter(format: TreeFormat): (shape: Shape) => Write {
  const structure = (shape: Shape): Write => {
    const members = membersOf(shape).map(([name, member]) => ({
      name,
      wireName: format.memberName(name, member),
      write: writer(member),
    }));
    return (value) => {
      if (!isRecord(value)) throw new TypeError(`${shape.getName() ?? "structure"} must be an object`);
      const written: Record<string, unknown> = {};
      for (const { name, wireName, write } of members) {
        const item = value[name];
        if (item !== undefined && item !== null) written[wireName] = write(item);
      }
      return written;
    };
  };
  const list = (shape: Shape): Write => {
    const writeItem = writer(shape.getValueSchema());
    const sparse = Boolean(shape.getMergedTraits().sparse);
    return (value) => {
      if (!Array.isArray(value)) throw new TypeError(`${shape.getName() ?? "list"} must be a list`);
      const items = sparse ? value : value.filter((item) => item !== null && item !== undefined);
      return items.map((item) => (item === null || item === undefined ? null : writeItem(item)));
    };
  };
  const map = (shape: Shape): Write => {
    const writeItem = writer(shape.getValueSchema());
    const sparse = Boolean(shape.getMergedTraits().sparse);
    return (value) => {
      if (!isRecord(value)) throw new TypeError(`${shape.getName() ?? "map"} must be an object`);
      const written: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        if (item !== null && item !== undefined) setOwn(written, key, writeItem(item));
        else if (sparse) setOwn(written, key, null);
      }
      return written;
    };
  };
  const compile = (shape: Shape): Write => {
    const kind = kindOf(shape);
    switch (kind) {
      case "structure":
        return structure(shape);
      case "list":
        return list(shape);
      case "map":
        return map(shape);
      case "number":
        return format.writeNumber;
      case "blob":
        return (value) => {
          if (value instanceof Uint8Array) return format.writeBlob(value);
          throw new TypeError(`${shape.getName() ?? "blob"} must be a Uint8Array`);
        };
      case "timestamp":
        return (value) => {
          if (value instanceof Date) return format.writeTimestamp(value, shape);
          throw new TypeError(`${shape.getName() ?? "timestamp"} must be a Date`);
        };
      case "string":
        return String;
      case "boolean":
      case "document":
        return asIs;
      case "unit":
        return () => ({});
      default:
        return kind satisfies never;
    }
  };
  const writer = compiledOnce(compile);
  return writer;
}
