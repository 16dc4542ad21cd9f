// Leaf values that look alike in all protocols: numbers, truth, time and bytes as text.
import { dateToUtcString, parseRfc3339DateTimeWithOffset, parseRfc7231DateTime } from "@smithy/core/serde";
import { serialization } from "./faults.ts";
import type { Shape } from "./shape.ts";

/** Formats of the Smithy trait timestampFormat. */
export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

// SCHEMA.TIMESTAMP_* of @smithy/core/schema; 4 leaves the choice to protocol and location.
const formatsBySchema: Readonly<Record<number, TimestampFormat>> = {
  5: "date-time",
  6: "http-date",
  7: "epoch-seconds",
};

export function timestampFormat(shape: Shape, otherwise: TimestampFormat): TimestampFormat {
  const schema = shape.getSchema();
  return (typeof schema === "number" ? formatsBySchema[schema] : undefined) ?? otherwise;
}

/** Fractions are written only where there are some, as AWS's services do. */
export function timestampText(date: Date, format: TimestampFormat): string {
  switch (format) {
    case "date-time":
      return date.toISOString().replace(".000Z", "Z");
    case "http-date":
      return dateToUtcString(date);
    case "epoch-seconds":
      return String(date.getTime() / 1000);
    default:
      return format satisfies never;
  }
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const wordNumbers: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };
// Beyond this many milliseconds a Date is invalid (ECMA-262, time values).
const furthestMs = 8.64e15;

/** Whatever the declared format is: old clients send seconds where new ones send text, and the other way round. */
export function readTimestamp(value: unknown, at: string): Date {
  if (typeof value === "number" || (typeof value === "string" && numeric.test(value))) {
    const ms = Math.round(Number(value) * 1000);
    if (Math.abs(ms) <= furthestMs) return new Date(ms);
  } else if (typeof value === "string") {
    try {
      const date = value[10] === "T" ? parseRfc3339DateTimeWithOffset(value) : parseRfc7231DateTime(value);
      if (date !== undefined) return date;
    } catch (error) {
      throw serialization(`Unable to parse date: ${at}`, error);
    }
  }
  throw serialization(`Unable to parse date: ${at}`);
}

/** Numbers as text: decimal, or one of the three words. `0x10` is none, though JavaScript would take it. */
export function readNumberText(text: string, at: string): number {
  const trimmed = text.trim();
  const value = wordNumbers[trimmed] ?? (numeric.test(trimmed) ? Number(trimmed) : undefined);
  if (value === undefined) throw serialization(`STRING_VALUE can not be converted to Integer: ${at}`);
  return value;
}

export function readBooleanText(text: string, at: string): boolean {
  switch (text.trim().toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    default:
      throw serialization(`STRING_VALUE can not be converted to Boolean: ${at}`);
  }
}

export function readBase64(text: string, at: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // Buffer skips what is no base64; only text without any is as long as it should be.
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (bytes.length !== Math.floor(((text.length - padding) * 3) / 4)) {
    const dense = text.replaceAll(/\s/g, "");
    if (dense === text) throw serialization(`Unable to decode base64: ${at}`);
    return readBase64(dense, at);
  }
  return bytes;
}

export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** Sets a key that a caller chose: `__proto__` becomes a member like any other. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
