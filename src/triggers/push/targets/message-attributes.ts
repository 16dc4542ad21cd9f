// Attributes of a delivery as SQS and SNS take them.
import type { DeliveryAttributes } from "../../../core/delivery.ts";

export function attributesOf(attributes: DeliveryAttributes = {}): object {
  const entries = Object.entries(attributes).map(([name, { type, value }]) => [name, { DataType: type, StringValue: value }] as const);
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}
