// Attributes of messages: what callers may send, and how they are kept.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
import type { DeliveryAttributes } from "../../../core/delivery.ts";
import {
  attributeField,
  dotAtEdge,
  emptyAttribute,
  invalidAttributeName,
  successiveDots,
  unknownAttributeType,
} from "../faults/messages.ts";

export type GivenAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue?: string | undefined; readonly BinaryValue?: Uint8Array | undefined }>
>;

/** Binary values in base64. */
export type StoredAttributes = DeliveryAttributes;

interface Accepted {
  readonly attributes: StoredAttributes;
  /** Of names, types and values: they count as part of the message. */
  readonly bytes: number;
}

/** Faults in AWS's words. */
export function acceptAttributes(given: GivenAttributes): Accepted {
  const attributes: Record<string, { type: string; value: string }> = {};
  let bytes = 0;
  for (const [name, { DataType: type, StringValue: text, BinaryValue: binary }] of Object.entries(given)) {
    checkName(name);
    const base = /^(?<base>String|Number|Binary)(?:\..+)?$/s.exec(type)?.groups?.["base"];
    if (base === undefined) throw unknownAttributeType(name);
    const isBinary = base === "Binary";
    if (isBinary && text !== undefined) throw attributeField(name, type, "Binary");
    if (!isBinary && binary !== undefined) throw attributeField(name, type, "String");
    const value = isBinary ? Buffer.from(binary ?? []).toString("base64") : (text ?? "");
    if (value === "") throw emptyAttribute(name, type);
    attributes[name] = { type, value };
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type) + (binary?.byteLength ?? Buffer.byteLength(value));
  }
  return { attributes, bytes };
}

function checkName(name: string): void {
  if (name.startsWith(".")) throw dotAtEdge("starting");
  if (name.endsWith(".")) throw dotAtEdge("ending");
  if (name.includes("..")) throw successiveDots();
  if (!/^[\w.-]{1,256}$/.test(name)) throw invalidAttributeName(name);
}
