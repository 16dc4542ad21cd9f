// Attributes of a delivery as SQS and SNS take them.
import type { DeliveryAttributes } from "../../../core/delivery.ts";

export function attributesOf(attributes: DeliveryAttributes = {}): object {
  const entries = Object.entries(attributes).map(([name, { type, value }]) => [name, { DataType: type, ...valueOf(type, value) }] as const);
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}

/** What is binary lies in base64. */
const valueOf = (type: string, value: string): object =>
  type.startsWith("Binary") ? { BinaryValue: Buffer.from(value, "base64") } : { StringValue: value };
