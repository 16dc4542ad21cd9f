// Filter policies: event patterns with SNS's limits, held against attributes or the body of a message.
// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
import { readEventPattern, readPatternJson } from "../../../core/pattern/event-pattern.ts";
import { InvalidPattern } from "../../../core/pattern/invalid-pattern.ts";
import { type JsonNode, JsonTextError, readJsonText } from "../../../core/pattern/json-text.ts";
import { invalidFilter, nestedFilter } from "../faults/subscriptions.ts";
import { limits } from "../limits.ts";
import type { StoredAttributes } from "./message-attributes.ts";

export type FilterScope = "MessageAttributes" | "MessageBody";

/** What a message is held against; read once for all subscriptions of a topic. */
export interface Filtered {
  readonly attributes: JsonNode & { readonly kind: "object" };
  /** Undefined: no JSON. */
  readonly body: JsonNode | undefined;
}

export type FilterPolicy = (message: Filtered) => boolean;

/** Fault: invalid, too complex. */
export function readFilterPolicy(text: string, scope: FilterScope): FilterPolicy {
  if (Buffer.byteLength(text) > limits.filterBytes) throw invalidFilter("Filter policy is too complex");
  try {
    const root = readPatternJson(text);
    checkSize(root, scope);
    const pattern = readEventPattern(text, { numbers: "by-value" });
    if (scope === "MessageBody") return ({ body }) => body !== undefined && pattern.matches(body);
    // `exists: false` alone takes no message without attributes.
    return ({ attributes }) => attributes.members.size > 0 && pattern.matches(attributes);
  } catch (error) {
    if (error instanceof InvalidPattern) throw invalidFilter(`${error.reason}${placeOf(text, error.at)}`);
    throw error;
  }
}

/** Of keys and alternatives; also what EventBridge knows and SNS does not. Fault: beyond SNS's limits. */
function checkSize(root: JsonNode & { readonly kind: "object" }, scope: FilterScope): void {
  const { keys, combinations } = sizeOf(root, { scope, depth: 1 });
  if (keys > limits.filterKeys) throw invalidFilter(`Filter policy can not have more than ${limits.filterKeys} keys`);
  if (combinations > limits.filterCombinations) throw invalidFilter("Filter policy is too complex");
}

interface Size {
  readonly keys: number;
  readonly combinations: number;
}

function sizeOf({ members }: JsonNode & { readonly kind: "object" }, at: { readonly scope: FilterScope; readonly depth: number }): Size {
  let [keys, combinations] = [0, 1];
  for (const [name, value] of members) {
    const { keys: more, combinations: times } = sizeOfMember(name, value, at);
    keys += more;
    combinations *= times;
  }
  return { keys, combinations };
}

function sizeOfMember(name: string, value: JsonNode, at: { readonly scope: FilterScope; readonly depth: number }): Size {
  if (value.kind === "object") {
    if (at.scope === "MessageAttributes") throw nestedFilter();
    // Deeper leaves weigh more: a value counts once for every level above it.
    return sizeOf(value, { ...at, depth: at.depth + 1 });
  }
  if (value.kind !== "array") return { keys: 1, combinations: 1 };
  if (name === "$or") {
    const sizes = value.items.flatMap((item) => (item.kind === "object" ? [sizeOf(item, at)] : []));
    return { keys: sum(sizes.map(({ keys }) => keys)), combinations: sum(sizes.map(({ combinations }) => combinations)) };
  }
  value.items.forEach(refuseForeign);
  return { keys: 1, combinations: value.items.length * at.depth };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Operators of EventBridge alone. */
function refuseForeign(item: JsonNode): void {
  if (item.kind !== "object") return;
  const [entry] = item.members;
  if (entry?.[0] === "wildcard") throw new InvalidPattern("Unrecognized match type wildcard", entry[1].at);
  if (entry?.[0] !== "anything-but" || entry[1].kind !== "object") return;
  const [inner] = entry[1].members;
  if (inner !== undefined && inner[0] !== "prefix") throw new InvalidPattern(`Unsupported anything-but pattern: ${inner[0]}`, inner[1].at);
}

/** As the reader that AWS uses (Jackson) says where it was. */
function placeOf(text: string, at: number | undefined): string {
  if (at === undefined) return "";
  const before = text.slice(0, at).split("\n");
  return `\n at [Source: (String)"${text}"; line: ${before.length}, column: ${(before.at(-1)?.length ?? 0) + 1}]`;
}

/** `Number` attributes are numbers, `String.Array` its elements; what is binary is no part of it. */
export function filteredAttributes(attributes: StoredAttributes): Filtered["attributes"] {
  const members = new Map<string, JsonNode>();
  for (const [name, { type, value }] of Object.entries(attributes)) {
    const node = nodeOf(type, value);
    if (node !== undefined) members.set(name, node);
  }
  return { kind: "object", members, at: 0 };
}

function nodeOf(type: string, value: string): JsonNode | undefined {
  if (type.startsWith("Binary")) return undefined;
  const number = type.startsWith("Number") ? Number(value) : Number.NaN;
  if (value.trim() !== "" && Number.isFinite(number)) return { kind: "number", text: jsonNumber.test(value) ? value : String(number), at: 0 };
  if (type === "String.Array") {
    const list = readJson(value);
    if (list?.kind === "array") return list;
  }
  return { kind: "string", value, at: 0 };
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/** Undefined: no JSON. */
export function readJson(text: string): JsonNode | undefined {
  try {
    return readJsonText(text);
  } catch (error) {
    if (error instanceof JsonTextError) return undefined;
    throw error;
  }
}
