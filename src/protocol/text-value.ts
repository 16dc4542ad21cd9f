// Values that travel as text outside of a body: in headers, in the query, in the path.
import { quoteHeader, splitEvery, splitHeader } from "@smithy/core/serde";
import {
  base64,
  readBase64,
  readBooleanText,
  readNumberText,
  readTimestamp,
  timestampFormat,
  timestampText,
} from "./scalar.ts";
import { kindOf, type Shape } from "./shape.ts";

export type TextLocation = "header" | "query" | "label";
export type ReadText = (text: string, at: string) => unknown;

/** Header strings with a media type travel in base64 (Smithy: mediaType trait, httpHeader serialization). */
const inBase64 = (shape: Shape, location: TextLocation): boolean =>
  location === "header" && shape.getMergedTraits().mediaType !== undefined;

/** Query and label dates are ISO 8601 and header dates HTTP's by default; all are read everywhere (readTimestamp). */
export function textReader(shape: Shape, location: TextLocation): ReadText {
  const kind = kindOf(shape);
  switch (kind) {
    case "number":
      return readNumberText;
    case "boolean":
      return readBooleanText;
    case "timestamp":
      return readTimestamp;
    case "blob":
      return readBase64;
    case "list":
      return listReader(shape, location);
    case "string":
      return inBase64(shape, location) ? (text, at) => Buffer.from(readBase64(text, at)).toString() : (text) => text;
    case "document":
    case "map":
    case "structure":
    case "unit":
      throw new TypeError(`${shape.getName(true) ?? kind} cannot be bound to a ${location}`);
    default:
      return kind satisfies never;
  }
}

/** Lists in one header, comma-separated; in a query every item has a parameter of its own. */
function listReader(shape: Shape, location: TextLocation): ReadText {
  const item = shape.getValueSchema();
  const readItem = textReader(item, location);
  // An HTTP date has a comma of its own (RFC 9110, 5.6.7).
  const dates = kindOf(item) === "timestamp" && timestampFormat(item, "http-date") === "http-date";
  return (text, at) => (dates ? splitEvery(text, ",", 2) : splitHeader(text)).map((part) => readItem(part.trim(), at));
}

/** Only headers are written here: queries and labels are the client's part. */
export function headerWriter(shape: Shape): (value: unknown) => string {
  const kind = kindOf(shape);
  switch (kind) {
    case "timestamp": {
      const format = timestampFormat(shape, "http-date");
      return (value) => {
        if (value instanceof Date) return timestampText(value, format);
        throw new TypeError(`${shape.getName() ?? kind} must be a Date`);
      };
    }
    case "blob":
      return (value) => {
        if (value instanceof Uint8Array) return base64(value);
        throw new TypeError(`${shape.getName() ?? kind} must be a Uint8Array`);
      };
    case "list": {
      const item = shape.getValueSchema();
      const writeItem = headerWriter(item);
      const quote = kindOf(item) === "timestamp" ? (text: string): string => text : quoteHeader;
      return (value) => {
        if (!Array.isArray(value)) throw new TypeError(`${shape.getName() ?? kind} must be a list`);
        return value.map((entry) => quote(writeItem(entry))).join(", ");
      };
    }
    case "string":
      return inBase64(shape, "header")
        ? (value) => base64(Buffer.from(String(value)))
        : (value) => headerText(String(value));
    case "number":
    case "boolean":
      return String;
    case "document":
    case "map":
    case "structure":
    case "unit":
      throw new TypeError(`${shape.getName(true) ?? kind} cannot be bound to a header`);
    default:
      return kind satisfies never;
  }
}

/** A line break would start a header of its own; node:http refuses such a value, so it is folded into a space. */
const headerText = (text: string): string => (/[\r\n\0]/.test(text) ? text.replaceAll(/[\r\n\0]+/g, " ") : text);
