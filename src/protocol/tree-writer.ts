// A tree of plain objects, lists and leaves out of typed output: the counterpart of tree-reader.ts. Members that the
// schema does not have are not written.
import { isRecord, setOwn } from "./scalar.ts";
import { compiledOnce, kindOf, membersOf, type Shape } from "./shape.ts";

type Write = (value: unknown) => unknown;

export interface TreeWriteFormat {
  /** Name of a member on the wire. */
  readonly memberName: (name: string, shape: Shape) => string;
  readonly writeBlob: (value: Uint8Array) => unknown;
  readonly writeNumber: Write;
  readonly writeTimestamp: (value: Date, shape: Shape) => unknown;
}

type WriterOf = (shape: Shape) => Write;

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;
const isSparse = (shape: Shape): boolean => Boolean(shape.getMergedTraits().sparse);
const asIs: Write = (value) => value;

/** An output of the wrong type is a mistake of ours, not of the caller. */
const mustBe = (shape: Shape, what: string): TypeError =>
  new TypeError(`${shape.getName() ?? "value"} must be ${what}`);

/** Written in the order of the schema; JSON.stringify and the CBOR encoder keep it. */
function structureWriter(shape: Shape, writerOf: WriterOf, memberName: TreeWriteFormat["memberName"]): Write {
  const members = membersOf(shape).map(([name, member]) => ({
    name,
    wireName: memberName(name, member),
    write: writerOf(member),
  }));
  return (value) => {
    if (!isRecord(value)) throw mustBe(shape, "an object");
    const written: Record<string, unknown> = {};
    for (const { name, wireName, write } of members) {
      const item = value[name];
      if (!isAbsent(item)) written[wireName] = write(item);
    }
    return written;
  };
}

function listWriter(shape: Shape, writerOf: WriterOf): Write {
  const writeItem = writerOf(shape.getValueSchema());
  const sparse = isSparse(shape);
  return (value) => {
    if (!Array.isArray(value)) throw mustBe(shape, "a list");
    const written: unknown[] = [];
    for (const item of value) {
      if (!isAbsent(item)) written.push(writeItem(item));
      else if (sparse) written.push(null);
    }
    return written;
  };
}

/** Keys are the handler's, who may have them from a caller. */
function mapWriter(shape: Shape, writerOf: WriterOf): Write {
  const writeItem = writerOf(shape.getValueSchema());
  const sparse = isSparse(shape);
  return (value) => {
    if (!isRecord(value)) throw mustBe(shape, "an object");
    const written: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      if (!isAbsent(item)) setOwn(written, key, writeItem(item));
      else if (sparse) setOwn(written, key, null);
    }
    return written;
  };
}

/** The writer of any shape in that format; structures are compiled on first use. */
export function treeWriter(format: TreeWriteFormat): WriterOf {
  const writerOf: WriterOf = compiledOnce((shape): Write => {
    const kind = kindOf(shape);
    switch (kind) {
      case "structure":
        return structureWriter(shape, writerOf, format.memberName);
      case "list":
        return listWriter(shape, writerOf);
      case "map":
        return mapWriter(shape, writerOf);
      case "number":
        return format.writeNumber;
      case "blob":
        return (value) => {
          if (value instanceof Uint8Array) return format.writeBlob(value);
          throw mustBe(shape, "a Uint8Array");
        };
      case "timestamp":
        return (value) => {
          if (value instanceof Date) return format.writeTimestamp(value, shape);
          throw mustBe(shape, "a Date");
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
  });
  return writerOf;
}
