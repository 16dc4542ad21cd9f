// Attributes of messages: rules, digests, and which of them a receive asks for.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
import { hash } from "node:crypto";
import {
  attributeEmpty,
  attributeLists,
  attributeName,
  attributeNoNumber,
  attributeTypeMissing,
  attributeTypeUnknown,
  systemAttributeType,
  systemAttributeUnknown,
  tooManyAttributes,
} from "../faults/messages.ts";
import { limits } from "../limits.ts";
import { requireMessageCharacters } from "./message-text.ts";

/** As clients send them. */
export interface GivenAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
  readonly StringListValues?: readonly string[] | undefined;
  readonly BinaryListValues?: readonly Uint8Array[] | undefined;
}
export type GivenAttributes = Readonly<Record<string, GivenAttribute>>;

/** As the store keeps them: text, or bytes in base64. */
export type StoredAttribute = { readonly type: string; readonly text: string } | { readonly type: string; readonly binary: string };
export type StoredAttributes = Readonly<Record<string, StoredAttribute>>;

interface AcceptedAttributes {
  readonly stored: StoredAttributes;
  /** Of names, types and values: they count as part of the message. */
  readonly bytes: number;
}

/** Faults in AWS's words. */
export function acceptAttributes(given: GivenAttributes): AcceptedAttributes {
  const entries = Object.entries(given);
  if (entries.length > limits.messageAttributes) throw tooManyAttributes(entries.length);
  const stored: Record<string, StoredAttribute> = {};
  let bytes = 0;
  for (const [name, attribute] of entries) {
    requireName(name);
    stored[name] = acceptAttribute(name, attribute, "user");
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueBytes(attribute);
  }
  return { stored, bytes };
}

/** The one that there is. Faults: others, other types. */
export function acceptSystemAttributes(given: GivenAttributes): string | undefined {
  for (const [name, attribute] of Object.entries(given)) {
    if (name !== "AWSTraceHeader") throw systemAttributeUnknown(name);
    acceptAttribute(name, attribute, "system");
    if (attribute.DataType !== "String") throw systemAttributeType(name);
  }
  return given["AWSTraceHeader"]?.StringValue;
}

const valueBytes = ({ StringValue, BinaryValue }: GivenAttribute): number => (BinaryValue === undefined ? Buffer.byteLength(StringValue ?? "") : BinaryValue.byteLength);

const namePattern = /^[\p{L}\p{N}_.-]+$/u;

function requireName(name: string): void {
  if (name === "" || name.length > limits.attributeNameLength) throw attributeName(`'${name}' must be 1 to ${limits.attributeNameLength} characters long.`);
  if (!namePattern.test(name) || /^\.|\.$|\.\./.test(name)) throw attributeName(`'${name}' is invalid. It can contain the following: letters, numbers, underscores, hyphens, and periods, which may not begin, end or follow each other.`);
  if (/^(?:aws|amazon)\./i.test(name)) throw attributeName(`'${name}' is invalid. AWS. and Amazon. are reserved prefixes.`);
}

const typePattern = /^(?<base>String|Number|Binary)(?:\.[^]{0,256})?$/;
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?$/;

function acceptAttribute(name: string, attribute: GivenAttribute, kind: "user" | "system"): StoredAttribute {
  const { DataType: type, StringValue: text, BinaryValue: binary } = attribute;
  if ((attribute.StringListValues ?? []).length > 0 || (attribute.BinaryListValues ?? []).length > 0) throw attributeLists();
  if (type === "") throw attributeTypeMissing(kind, name);
  const base = type.length <= limits.attributeNameLength ? typePattern.exec(type)?.groups?.["base"] : undefined;
  if (base === undefined) throw attributeTypeUnknown(kind, name);
  if (base === "Binary") {
    if (binary === undefined || binary.byteLength === 0 || text !== undefined) throw attributeEmpty(kind, name, type);
    return { type, binary: Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength).toString("base64") };
  }
  if (text === undefined || text === "" || binary !== undefined) throw attributeEmpty(kind, name, type);
  requireMessageCharacters(text);
  requireMessageCharacters(type);
  if (base === "Number" && !numberPattern.test(text)) throw attributeNoNumber(kind, name);
  return { type, text };
}

/** Undefined: there are none. */
export function digestOfAttributes(attributes: StoredAttributes): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const parts: Uint8Array[] = [];
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    parts.push(length, bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.type));
    parts.push(Buffer.of("text" in attribute ? 1 : 2));
    add("text" in attribute ? Buffer.from(attribute.text) : Buffer.from(attribute.binary, "base64"));
  }
  return hash("md5", Buffer.concat(parts), "hex");
}

/** Those that the names ask for: `All`, `.*`, `*`, whole names, prefixes as `bar.*`. */
export function askedAttributes(attributes: StoredAttributes, names: readonly string[]): StoredAttributes {
  if (names.length === 0) return {};
  if (names.some((name) => name === "All" || name === ".*" || name === "*")) return attributes;
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  const isAsked = (name: string): boolean => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isAsked(name)));
}

/** As clients get them. */
export const shownAttributes = (attributes: StoredAttributes): Record<string, { DataType: string; StringValue?: string; BinaryValue?: Uint8Array }> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      "text" in attribute
        ? { StringValue: attribute.text, DataType: attribute.type }
        : { BinaryValue: Buffer.from(attribute.binary, "base64"), DataType: attribute.type },
    ]),
  );
