// What may stand in the array at a leaf of a pattern: plain values and match expressions such as {"prefix": "a"}.
// Semantics and messages: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
// and https://github.com/aws/event-ruler, the engine that AWS's services share.
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { InvalidPattern } from "./invalid-pattern.ts";
import { canonicalNumber, type JsonNode } from "./json-text.ts";
import { wildcardTest } from "./wildcard.ts";

export type Scalar = Exclude<JsonNode, { readonly kind: "object" | "array" }>;

/** One alternative at a leaf. `absent`: there is no value at all. */
export type Condition =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly test: (value: Scalar) => boolean };

/** Whether 300 and 3.0e2 are the same number (EventBridge, SNS) or differ as their texts do (filters of mappings). */
export type NumberEquality = "by-value" | "by-text";

/** Fault: InvalidPattern. */
export function readCondition(node: JsonNode, numbers: NumberEquality): Condition {
  if (node.kind === "object") return readExpression(node);
  if (node.kind === "array") throw new InvalidPattern("Match value must be String, number, true, false, or null", node.at);
  return { kind: "value", test: equalTo(node, numbers) };
}

function equalTo(node: Scalar, numbers: NumberEquality): (value: Scalar) => boolean {
  if (node.kind === "string") return text((value) => value === node.value);
  if (node.kind !== "number") return (value) => value.kind === node.kind;
  const key = numbers === "by-value" ? canonicalNumber : (written: string) => written;
  const wanted = key(node.text);
  return (value) => value.kind === "number" && key(value.text) === wanted;
}

const text =
  (test: (value: string) => boolean) =>
  (value: Scalar): boolean =>
    value.kind === "string" && test(value.value);

type Test = (value: Scalar) => boolean;

/** By the name of the operator, what its operand means. */
const operators: ReadonlyMap<string, (operand: JsonNode) => Test> = new Map<string, (operand: JsonNode) => Test>([
  ["prefix", (operand) => text(edgeTest("prefix", operand))],
  ["suffix", (operand) => text(edgeTest("suffix", operand))],
  ["equals-ignore-case", (operand) => text(ignoringCase(requireText(operand, "equals-ignore-case")))],
  ["wildcard", (operand) => text(wildcardTest(requireText(operand, "wildcard"), operand.at))],
  // AWS says prefix here, too.
  ["cidr", (operand) => text(cidrTest(requireText(operand, "prefix")))],
  ["numeric", numericTest],
  ["anything-but", anythingBut],
  ["exists", () => () => true],
]);

/** Names that make an object in an array a match expression. */
export const isOperator = (name: string): boolean => operators.has(name);

function readExpression(node: JsonNode & { readonly kind: "object" }): Condition {
  const [entry, second] = node.members;
  if (entry === undefined) throw new InvalidPattern("Match expression name not found", node.at);
  const [name, operand] = entry;
  const operator = operators.get(name);
  if (operator === undefined) throw new InvalidPattern(`Unrecognized match type ${name}`, operand.at);
  if (name === "exists" && operand.kind !== "true" && operand.kind !== "false")
    throw new InvalidPattern("exists match pattern must be either true or false.", operand.at);
  const test = operator(operand);
  if (second !== undefined) throw new InvalidPattern("Only one key allowed in match expression", second[1].at);
  return name === "exists" && operand.kind === "false" ? { kind: "absent" } : { kind: "value", test };
}

function requireText(operand: JsonNode, operator: string): string {
  if (operand.kind !== "string") throw new InvalidPattern(`${operator} match pattern must be a string`, operand.at);
  return operand.value;
}

function ignoringCase(wanted: string): (value: string) => boolean {
  const lower = wanted.toLowerCase();
  return (value) => value.toLowerCase() === lower;
}

/** A text, or {"equals-ignore-case": text}. */
function edgeTest(edge: "prefix" | "suffix", operand: JsonNode): (value: string) => boolean {
  if (operand.kind !== "object") return holdsEdge(edge, requireText(operand, edge));
  const [entry, second] = operand.members;
  if (entry === undefined || entry[0] !== "equals-ignore-case")
    throw new InvalidPattern(`${edge} match pattern must be a string`, operand.at);
  if (second !== undefined) throw new InvalidPattern("Only one key allowed in match expression", second[1].at);
  const holds = holdsEdge(edge, requireText(entry[1], "equals-ignore-case").toLowerCase());
  return (value) => holds(value.toLowerCase());
}

const holdsEdge =
  (edge: "prefix" | "suffix", wanted: string) =>
  (value: string): boolean =>
    edge === "prefix" ? value.startsWith(wanted) : value.endsWith(wanted);

function cidrTest(cidr: string): (value: string) => boolean {
  const [address = "", mask, ...more] = cidr.split("/");
  if (mask === undefined || more.length > 0) throw new InvalidPattern("Malformed CIDR, one '/' required");
  if (!/^\d{1,9}$/.test(mask)) throw new InvalidPattern("Malformed CIDR, mask bits must be an integer");
  const family = familyOf(address);
  if (family === undefined) throw new InvalidPattern(`Nonstandard IP address: ${address}`);
  const bits = Number(mask);
  if (family === "ipv4" && bits >= 32) throw new InvalidPattern("IPv4 mask bits must be < 32");
  if (family === "ipv6" && bits >= 128) throw new InvalidPattern("IPv6 mask bits must be < 128");
  const range = new BlockList();
  range.addSubnet(address, bits, family);
  return (value) => familyOf(value) === family && range.check(value, family);
}

const familyOf = (address: string): "ipv4" | "ipv6" | undefined =>
  isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;

const comparisons: ReadonlyMap<string, (value: number, limit: number) => boolean> = new Map([
  ["<", (value, limit) => value < limit],
  ["<=", (value, limit) => value <= limit],
  [">", (value, limit) => value > limit],
  [">=", (value, limit) => value >= limit],
]);

/** `[operator, number]` or `[lower operator, number, upper operator, number]`. */
function numericTest(operand: JsonNode): Test {
  if (operand.kind !== "array") throw new InvalidPattern("Value of numeric must be an array.", operand.at);
  const [operator, limit, upperOperator, upperLimit, ...more] = operand.items;
  if (operator?.kind !== "string")
    throw new InvalidPattern(`Invalid member in numeric match: ${wordFor(operator)}`, (operator ?? operand).at);
  const at = (upperOperator ?? operand).at;
  if (operator.value === "=") {
    if (upperOperator !== undefined) throw new InvalidPattern("Too many elements in numeric expression", at);
    const wanted = canonicalNumber(requireNumber(limit, "=", operand.at));
    return (value) => value.kind === "number" && canonicalNumber(value.text) === wanted;
  }
  const compare = comparisons.get(operator.value);
  if (compare === undefined) throw new InvalidPattern(`Unrecognized numeric range operator: ${operator.value}`, operator.at);
  const bound = Number(requireNumber(limit, operator.value, operand.at));
  if (upperOperator === undefined) return (value) => value.kind === "number" && compare(Number(value.text), bound);
  if (operator.value.startsWith("<")) throw new InvalidPattern("Too many elements in numeric expression", at);
  if (upperOperator.kind !== "string")
    throw new InvalidPattern(`Bad value in numeric range: ${wordFor(upperOperator)}`, upperOperator.at);
  const compareUpper = upperOperator.value.startsWith("<") ? comparisons.get(upperOperator.value) : undefined;
  if (compareUpper === undefined) throw new InvalidPattern(`Bad numeric range operator: ${upperOperator.value}`, at);
  const upper = Number(requireNumber(upperLimit, upperOperator.value, at));
  if (more.length > 0) throw new InvalidPattern("Too many terms in numeric range expression", more[0]?.at);
  if (bound >= upper) throw new InvalidPattern("Bottom must be less than top", at);
  return (value) =>
    value.kind === "number" && compare(Number(value.text), bound) && compareUpper(Number(value.text), upper);
}

function requireNumber(node: JsonNode | undefined, operator: string, at: number): string {
  if (node?.kind !== "number") throw new InvalidPattern(`Value of ${operator} must be numeric`, node?.at ?? at);
  return node.text;
}

function wordFor(node: JsonNode | undefined): string {
  if (node === undefined) return "]";
  if (node.kind === "number") return node.text;
  return node.kind === "object" ? "{" : node.kind === "array" ? "[" : node.kind;
}

/** True for whatever is there and is none of what it lists. */
function anythingBut(operand: JsonNode): Test {
  if (operand.kind === "object") {
    const excluded = edgesOf(operand);
    return (value) => value.kind !== "string" || !excluded.some((test) => test(value.value));
  }
  const list = operand.kind === "array" ? operand.items : [operand];
  if (operand.kind === "array" && list.length === 0) throw new InvalidPattern("Empty arrays are not allowed", operand.at);
  const odd = list.find(({ kind }) => kind !== "string" && kind !== "number");
  if (odd !== undefined && operand.kind !== "array")
    throw new InvalidPattern("Value of anything-but must be an array or single string/number value.", odd.at);
  if (odd !== undefined) throw notInList("anything but", odd);
  if (new Set(list.map(({ kind }) => kind)).size > 1)
    throw new InvalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
      operand.at,
    );
  const excluded = new Set(list.map(exclusionKey));
  return (value) => !excluded.has(exclusionKey(value));
}

/** Numbers by their value. Strings and numbers never meet. */
const exclusionKey = (value: JsonNode): string =>
  value.kind === "string" ? `"${value.value}` : value.kind === "number" ? canonicalNumber(value.text) : value.kind;

/** Inside anything-but: an operator on strings with one string or a list of them. */
function edgesOf({ members, at }: JsonNode & { readonly kind: "object" }): readonly ((value: string) => boolean)[] {
  const [entry, second] = members;
  if (entry === undefined) throw new InvalidPattern("Match expression name not found", at);
  const [name, operand] = entry;
  if (name !== "prefix" && name !== "suffix" && name !== "equals-ignore-case" && name !== "wildcard")
    throw new InvalidPattern(`Unsupported anything-but pattern: ${name}`, operand.at);
  if (second !== undefined) throw new InvalidPattern("Only one key allowed in match expression", second[1].at);
  if (operand.kind === "array" && operand.items.length === 0) throw new InvalidPattern("Empty arrays are not allowed", operand.at);
  const list = operand.kind === "array" ? operand.items : [operand];
  return list.map((item) => {
    if (item.kind === "string") return exclusionTest(name, item);
    if (operand.kind === "array") throw notInList(`anything-but/${name}`, item);
    if (item.kind === "object")
      throw new InvalidPattern("Value of anything-but must be an array or single string/number value.", item.at);
    throw new InvalidPattern(`${name} match pattern must be a string`, item.at);
  });
}

function exclusionTest(
  name: "prefix" | "suffix" | "equals-ignore-case" | "wildcard",
  { value, at }: { readonly value: string; readonly at: number },
): (text: string) => boolean {
  switch (name) {
    case "equals-ignore-case":
      return ignoringCase(value);
    case "wildcard":
      return wildcardTest(value, at);
    case "prefix":
    case "suffix":
      if (value === "") throw new InvalidPattern("Null prefix/suffix not allowed", at);
      return holdsEdge(name, value);
    default:
      return name satisfies never;
  }
}

const listWords: Readonly<Record<JsonNode["kind"], string>> = {
  object: "start",
  array: "start",
  string: "string",
  number: "number",
  true: "boolean",
  false: "boolean",
  null: "null",
};

const notInList = (what: string, node: JsonNode): InvalidPattern =>
  new InvalidPattern(`Inside ${what} list, ${listWords[node.kind]} is not supported.`, node.at);
