// CBOR bodies (RFC 8949) of rpcv2Cbor. Written by the encoder of @smithy/core; read by the decoder here, because the
// one of the library trusts lengths that a sender claims: five bytes make it reserve hundreds of megabytes.
import { cbor, dateToTag } from "@smithy/core/cbor";
import type { BodyCodec } from "./codec.ts";
import { deepestNesting, serialization, tooDeep } from "./faults.ts";
import { readTimestamp, setOwn } from "./scalar.ts";
import { treeReader, wrongType, type TreeReadFormat } from "./tree-reader.ts";
import { treeWriter, type TreeWriteFormat } from "./tree-writer.ts";

const cborFormat: TreeReadFormat & TreeWriteFormat = {
  memberName: (name) => name,
  readBlob: (value) => {
    if (value instanceof Uint8Array) return value;
    throw wrongType(value, "Blob");
  },
  writeBlob: (value) => value,
  writeNumber: (value) => value,
  writeTimestamp: (value) => dateToTag(value),
};

const readerOf = treeReader(cborFormat);
const writerOf = treeWriter(cborFormat);

export const cborCodec: BodyCodec = {
  contentType: "application/cbor",
  reader: (shape) => {
    const read = readerOf(shape);
    return (body, notes) => read(body.byteLength === 0 ? {} : decodeCbor(body), "", notes);
  },
  writer: (shape) => {
    const write = writerOf(shape);
    return (value) => cbor.serialize(write(value));
  },
};

/** Where the decoder is. */
interface Cursor {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  at: number;
  depth: number;
}

/** One text for whatever is wrong with the bytes: where they went wrong helps nobody but who made them so. */
const truncated = (): Error => serialization("Could not parse the body as CBOR.");

export function decodeCbor(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { view, bytes, at: 0, depth: 0 };
  const value = decodeItem(cursor);
  if (cursor.at !== bytes.byteLength) throw truncated();
  return value;
}

/** Claims the next bytes; whoever asks for more than there are has been lied to by a length. */
function take(cursor: Cursor, length: number): number {
  const from = cursor.at;
  if (length > cursor.bytes.byteLength - from) throw truncated();
  cursor.at += length;
  return from;
}

/** Additional information 24 to 27: the argument follows in 1, 2, 4 or 8 bytes (RFC 8949, 3). */
function decodeArgument(cursor: Cursor, info: number): number | bigint {
  switch (info) {
    case 24:
      return cursor.view.getUint8(take(cursor, 1));
    case 25:
      return cursor.view.getUint16(take(cursor, 2));
    case 26:
      return cursor.view.getUint32(take(cursor, 4));
    case 27: {
      const value = cursor.view.getBigUint64(take(cursor, 8));
      return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    }
    default:
      if (info < 24) return info;
      throw truncated();
  }
}

const indefinite = 31;
const breakByte = 0xff;

function decodeItem(cursor: Cursor): unknown {
  cursor.depth += 1;
  // Tags and containers nest; so deep does no input go that a schema describes.
  if (cursor.depth > deepestNesting) throw tooDeep();
  const head = cursor.view.getUint8(take(cursor, 1));
  const value = decodeMajor(cursor, head >> 5, head & 0x1f);
  cursor.depth -= 1;
  return value;
}

/** The eight kinds of items (RFC 8949, 3.1). */
function decodeMajor(cursor: Cursor, major: number, info: number): unknown {
  switch (major) {
    case 0:
      return decodeArgument(cursor, info);
    case 1: {
      const argument = decodeArgument(cursor, info);
      return typeof argument === "bigint" ? -1n - argument : -1 - argument;
    }
    case 2:
      return decodeBytes(cursor, info);
    case 3:
      return decodeText(cursor, info);
    case 4:
      return [...items(cursor, info)];
    case 5:
      return decodeMap(cursor, info);
    case 6:
      return decodeTagged(cursor, decodeArgument(cursor, info));
    default:
      return decodeSimple(cursor, info);
  }
}

/** Items of a list, or keys and values of a map in turn; nothing is reserved for a count before its items are there. */
function* items(cursor: Cursor, info: number, each = 1): Generator {
  if (info === indefinite) {
    while (cursor.bytes[cursor.at] !== breakByte) yield decodeItem(cursor);
    cursor.at += 1;
    return;
  }
  const count = Number(decodeArgument(cursor, info)) * each;
  if (count > cursor.bytes.byteLength - cursor.at) throw truncated();
  for (let i = 0; i < count; i += 1) yield decodeItem(cursor);
}

/** Keys are text in every protocol of AWS; anything else is refused, as it could not be a member. */
function decodeMap(cursor: Cursor, info: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  let key: string | undefined;
  for (const item of items(cursor, info, 2)) {
    if (key !== undefined) {
      setOwn(map, key, item);
      key = undefined;
    } else if (typeof item === "string") {
      key = item;
    } else {
      throw truncated();
    }
  }
  if (key !== undefined) throw truncated();
  return map;
}

/** Bytes of a definite length are a view of the body, not a copy: payloads may be large. */
function decodeBytes(cursor: Cursor, info: number): Uint8Array {
  if (info !== indefinite) {
    const length = Number(decodeArgument(cursor, info));
    const from = take(cursor, length);
    return cursor.bytes.subarray(from, from + length);
  }
  const chunks = [...items(cursor, info)];
  return Buffer.concat(
    chunks.map((chunk) => {
      if (chunk instanceof Uint8Array) return chunk;
      throw truncated();
    }),
  );
}

function decodeText(cursor: Cursor, info: number): string {
  if (info !== indefinite) return Buffer.from(decodeBytes(cursor, info)).toString();
  return [...items(cursor, info)]
    .map((chunk) => {
      if (typeof chunk === "string") return chunk;
      throw truncated();
    })
    .join("");
}

function decodeTagged(cursor: Cursor, tag: number | bigint): unknown {
  const value = decodeItem(cursor);
  // Tag 1 is seconds since the epoch (RFC 8949, 3.4.2); Smithy uses no other.
  return tag === 1 ? readTimestamp(value, "timestamp") : value;
}

/** Undefined counts as null, so it is absent. Simple values that Smithy has no use for are refused. */
function decodeSimple(cursor: Cursor, info: number): unknown {
  switch (info) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
    case 23:
      return null;
    case 25:
      return halfFloat(cursor.view.getUint16(take(cursor, 2)));
    case 26:
      return cursor.view.getFloat32(take(cursor, 4));
    case 27:
      return cursor.view.getFloat64(take(cursor, 8));
    default:
      throw truncated();
  }
}

/** RFC 8949, appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (mantissa + 1024) * 2 ** (exponent - 25);
}
