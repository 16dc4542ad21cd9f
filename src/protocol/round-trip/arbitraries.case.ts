// Random values of any shape, built from its schema: what a caller may send and a service may answer.
import * as fc from "fast-check";
import { kindOf, membersOf, type Member, type Shape } from "../shape.ts";

/** What a place on the wire can carry; elsewhere values are free. */
export interface Limits {
  /** Form and XML bodies cannot tell an empty list or structure from an absent one, or do so by way of luck. */
  readonly emptyContainers: boolean;
  /** The client's readers of maps trip over the key `__proto__`; ours must not. */
  readonly protoKeys: boolean;
  /** Members that the client makes something else of than what it was given, by name. */
  readonly fixed: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

/** Below the first only what is required is there, below the second nothing. */
const deepest = 4;
const bottom = 12;

const letters = Array.from("abcxyzABC019 -_.:/?&=+%\"'<>,;#@!~*()[]{}|\\äß€漢😀");
const headerLetters = Array.from('abcxyzABC019-_.:/?&=+%"<>,;#@ ');

// Spaces at the ends are no part of a header's value; blank text is dropped by the client's XML reader.
const trimmed = (unit: readonly string[]): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...unit), minLength: 1, maxLength: 12 })
    .map((text) => text.trim())
    .filter((text) => text !== "");

const text = trimmed(letters);
const headerText = trimmed(headerLetters);
// Names that would be a prototype, a method or a number elsewhere are as good as any other.
const mapKey = fc.oneof({ weight: 8, arbitrary: text }, fc.constantFrom("constructor", "toString", "1"));
const anyMapKey = fc.oneof({ weight: 8, arbitrary: mapKey }, fc.constant("__proto__"));
export const token = fc.string({ unit: fc.constantFrom(...Array.from("abcdefgh0123")), minLength: 1, maxLength: 6 });

const numbers = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0, max: 100 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).filter((value) => !Object.is(value, -0)),
);

// Whole seconds: HTTP dates know no others.
const dates = fc.integer({ min: 0, max: 4_102_444_799 }).map((seconds) => new Date(seconds * 1000));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 24 });

const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("document"), { maxLength: 3 }),
    fc.dictionary(token, tie("document"), { maxKeys: 3 }),
  ),
}));

const requiredCount = (shape: Shape): number => {
  const schema = shape.getSchema();
  const count: unknown = Array.isArray(schema) ? schema[6] : 0;
  return typeof count === "number" ? count : 0;
};

function ofStructure(shape: Shape, limits: Limits, depth: number): fc.Arbitrary<unknown> {
  const members = membersOf(shape);
  const arbitrary = (name: string, member: Shape): fc.Arbitrary<unknown> =>
    (depth === 0 ? limits.fixed[name] : undefined) ?? arbitraryOf(member, limits, depth + 1);
  if (shape.isUnionSchema() && shape.isStreaming()) return eventsOf(shape, limits);
  if (shape.isUnionSchema()) return ofUnion(members, arbitrary, depth);
  const required = requiredCount(shape);
  const present = members.filter((_, index) => depth <= deepest || index < required);
  const requiredKeys = present
    .filter(([name, member], index) => index < required || mustBeThere(name, member, limits, depth))
    .map(([name]) => name);
  const model = Object.fromEntries(present.map(([name, member]) => [name, arbitrary(name, member)]));
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

function ofUnion(
  members: readonly Member[],
  arbitrary: (name: string, member: Shape) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const choices = depth > deepest ? members.slice(0, 1) : members;
  return fc.oneof(...choices.map(([name, member]) => arbitrary(name, member).map((value) => ({ [name]: value }))));
}

/** A stream of events; the ones that are errors end a stream and are proved on their own. */
function eventsOf(shape: Shape, limits: Limits): fc.Arbitrary<unknown> {
  const members = membersOf(shape).filter(([, member]) => member.getMergedTraits().error === undefined);
  const event = ofUnion(members, (_name, member) => arbitraryOf(member, limits, 1), 0);
  return fc.array(event, { minLength: 1, maxLength: 3 }).map((events) => ({
    [Symbol.asyncIterator]: async function* stream() {
      yield* events;
    },
    toString: () => JSON.stringify(events),
  }));
}

/**
 * Members that are there whatever was put in: idempotency tokens that the client makes up, a content type, maps of
 * headers; and those without which it would not send or read a message at all.
 */
function mustBeThere(name: string, member: Shape, { fixed }: Limits, depth: number): boolean {
  const { httpLabel, httpResponseCode, httpPayload, eventPayload, httpPrefixHeaders, httpHeader } =
    member.getMergedTraits();
  return (
    member.isIdempotencyToken() ||
    member.isStreaming() ||
    httpPrefixHeaders !== undefined ||
    httpHeader?.toLowerCase() === "content-type" ||
    [httpLabel, httpResponseCode, httpPayload, eventPayload].some(Boolean) ||
    (depth === 0 && name in fixed)
  );
}

function ofText(shape: Shape): fc.Arbitrary<string> {
  const { httpHeader, httpPrefixHeaders, hostLabel } = shape.getMergedTraits();
  if (hostLabel) return token;
  return httpHeader === undefined && httpPrefixHeaders === undefined ? text : headerText;
}

export function arbitraryOf(shape: Shape, limits: Limits, depth = 0): fc.Arbitrary<unknown> {
  const traits = shape.getMergedTraits();
  const { httpHeader, httpQuery, httpPrefixHeaders, httpQueryParams, httpResponseCode, xmlFlattened } = traits;
  const bound = httpHeader !== undefined || httpQuery !== undefined || Boolean(xmlFlattened);
  const minLength = limits.emptyContainers && !bound ? 0 : 1;
  const kind = kindOf(shape);
  switch (kind) {
    case "structure":
      return depth > bottom ? fc.constant({}) : ofStructure(shape, limits, depth);
    case "list": {
      if (depth > deepest && (minLength === 0 || depth > bottom)) return fc.constant([]);
      const value = shape.getValueSchema();
      const inHeader = httpHeader !== undefined && kindOf(value) === "string";
      return fc.array(inHeader ? headerText : arbitraryOf(value, limits, depth + 1), { minLength, maxLength: 3 });
    }
    case "map": {
      if (depth > deepest) return fc.constant({});
      if (httpPrefixHeaders !== undefined) return fc.dictionary(token, headerText, { minKeys: 1, maxKeys: 3 });
      const freeKey = limits.protoKeys ? anyMapKey : mapKey;
      const key = httpQueryParams === undefined ? freeKey : token.map((name) => `other-${name}`);
      const item = arbitraryOf(shape.getValueSchema(), limits, depth + 1);
      const minKeys = httpQueryParams === undefined ? minLength : 1;
      return fc.dictionary(key, item, { minKeys, maxKeys: 3, noNullPrototype: true });
    }
    case "string":
      return ofText(shape);
    case "number":
      // Neither an error nor an answer without a body.
      return httpResponseCode ? fc.constantFrom(200, 201, 202) : numbers;
    case "boolean":
      return fc.boolean();
    case "blob":
      return bytes;
    case "timestamp":
      return dates;
    case "document":
      return document;
    case "unit":
      return fc.constant({});
    default:
      return kind satisfies never;
  }
}
