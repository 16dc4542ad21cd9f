// JSON bodies of restJson1, awsJson1_0 and awsJson1_1.
import type { BodyCodec, ReadBody } from "./codec.ts";
import { serialization } from "./faults.ts";
import { base64, readBase64, timestampFormat, timestampText } from "./scalar.ts";
import { treeReader, wrongType, type TreeReadFormat } from "./tree-reader.ts";
import { treeWriter, type TreeWriteFormat } from "./tree-writer.ts";

/** The trait jsonName counts in REST only (Smithy: AWS JSON protocols ignore it). */
const jsonFormat = (useJsonName: boolean): TreeReadFormat & TreeWriteFormat => ({
  memberName: (name, shape) => (useJsonName ? (shape.getMergedTraits().jsonName ?? name) : name),
  readBlob: (value, at) => {
    if (typeof value === "string") return readBase64(value, at);
    throw wrongType(value, "Blob");
  },
  writeBlob: base64,
  // JSON cannot say NaN and the infinities; Smithy has them as words.
  writeNumber: (value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
  writeTimestamp: (value, shape) => {
    const format = timestampFormat(shape, "epoch-seconds");
    return format === "epoch-seconds" ? value.getTime() / 1000 : timestampText(value, format);
  },
});

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parse(body: Uint8Array): unknown {
  // An absent body is an empty structure: old clients send none where new ones send `{}`.
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(utf8.decode(body));
  } catch (error) {
    throw serialization("Could not parse the body as JSON.", error);
  }
}

export function jsonCodec(contentType: string, useJsonName: boolean): BodyCodec {
  const format = jsonFormat(useJsonName);
  const readerOf = treeReader(format);
  const writerOf = treeWriter(format);
  return {
    contentType,
    reader: (shape): ReadBody => {
      const read = readerOf(shape);
      return (body, notes) => read(parse(body), "", notes);
    },
    writer: (shape) => {
      const write = writerOf(shape);
      return (value) => JSON.stringify(write(value));
    },
  };
}
