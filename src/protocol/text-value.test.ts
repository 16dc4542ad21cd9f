import { NormalizedSchema, SCHEMA } from "@smithy/core/schema";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headerWriter, textReader } from "./text-value.ts";

// No service of the table answers with a list in a header, so the official clients cannot prove these.
const listOf = (item: number): NormalizedSchema => NormalizedSchema.of(SCHEMA.LIST_MODIFIER | item);
const roundTrip = (shape: NormalizedSchema, value: unknown): unknown =>
  textReader(shape, "header")(headerWriter(shape)(value), "member");

describe("lists in one header", () => {
  test("text with commas and quotes is quoted", () => {
    const shape = listOf(SCHEMA.STRING);
    expect(headerWriter(shape)(["a", "b,c", 'd"e'])).toBe('a, "b,c", "d\\"e"');
    const item = fc.string({ unit: fc.constantFrom(...Array.from('ab,"= ;')), minLength: 1 }).map((text) => `x${text}x`);
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        expect(roundTrip(shape, items)).toEqual(items);
      }),
      { seed: 1 },
    );
  });

  test("HTTP dates keep the comma of their own", () => {
    const dates = [new Date("2026-01-31T12:00:00Z"), new Date("2026-02-01T00:00:00Z")];
    const shape = listOf(SCHEMA.TIMESTAMP_DEFAULT);
    expect(headerWriter(shape)(dates)).toBe("Sat, 31 Jan 2026 12:00:00 GMT, Sun, 01 Feb 2026 00:00:00 GMT");
    expect(roundTrip(shape, dates)).toEqual(dates);
    expect(roundTrip(listOf(SCHEMA.TIMESTAMP_EPOCH_SECONDS), dates)).toEqual(dates);
  });

  test("numbers and truth", () => {
    expect(roundTrip(listOf(SCHEMA.NUMERIC), [1, -2.5])).toEqual([1, -2.5]);
    expect(roundTrip(listOf(SCHEMA.BOOLEAN), [true, false])).toEqual([true, false]);
  });
});

test("text with a media type travels in base64", () => {
  const shape = NormalizedSchema.of([0, "test", "Json", { mediaType: "application/json" }, 0]);
  expect(headerWriter(shape)('{"a":"ä"}')).toBe(Buffer.from('{"a":"ä"}').toString("base64"));
  expect(roundTrip(shape, '{"a":"ä"}')).toBe('{"a":"ä"}');
});

test("what is no leaf cannot be bound to text", () => {
  const structure = NormalizedSchema.of([3, "test", "Thing", 0, [], []]);
  expect(() => textReader(structure, "query")).toThrow("test#Thing cannot be bound to a query");
  expect(() => headerWriter(structure)).toThrow("test#Thing cannot be bound to a header");
});
