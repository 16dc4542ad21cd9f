// JSON as text that keeps what JSON.parse throws away and patterns are about: how a number was written, and where a
// value stands. For patterns and for the events that they are held against.

/** `at`: offset just after the first character of a string, after the whole of any other scalar or opening bracket. */
export type JsonNode =
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonNode>; readonly at: number }
  | { readonly kind: "array"; readonly items: readonly JsonNode[]; readonly at: number }
  | { readonly kind: "string"; readonly value: string; readonly at: number }
  | { readonly kind: "number"; readonly text: string; readonly at: number }
  | { readonly kind: "true" | "false" | "null"; readonly at: number };

export class JsonTextError extends Error {
  /** Offset in the text. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = "JsonTextError";
    this.at = at;
  }
}

/** As deep as a request body may be; AWS's own reader (Jackson) goes to 1,000, our stack does not. */
const deepest = 500;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const bareWord = /[^\s,:[\]{}"]*/y;

/** Of members with one name the last wins. Throws JsonTextError. */
export function readJsonText(text: string): JsonNode {
  let at = 0;

  const skipBlanks = (): void => {
    while (at < text.length && " \t\r\n".includes(text.charAt(at))) at++;
  };
  const wordAt = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  const unexpected = (): never => {
    if (at >= text.length) throw new JsonTextError("Unexpected end-of-input", at);
    const word = wordAt(bareWord) || text.charAt(at);
    const expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    throw new JsonTextError(`Unrecognized token '${word.slice(0, 100)}': was expecting ${expected}`, at + word.length);
  };
  const expectNext = (character: string): void => {
    skipBlanks();
    if (text.charAt(at) !== character) unexpected();
    at++;
  };

  const readString = (): string => {
    const start = at++;
    while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
    if (at >= text.length) throw new JsonTextError("Unexpected end-of-input in a string", text.length);
    at++;
    try {
      return String(JSON.parse(text.slice(start, at)));
    } catch {
      throw new JsonTextError("Illegal character or escape in a string", start + 1);
    }
  };

  const readArray = (depth: number): JsonNode => {
    const start = ++at;
    const items: JsonNode[] = [];
    skipBlanks();
    while (text.charAt(at) !== "]") {
      if (items.length > 0) expectNext(",");
      items.push(readValue(depth));
      skipBlanks();
    }
    at++;
    return { kind: "array", items, at: start };
  };

  const readObject = (depth: number): JsonNode => {
    const start = ++at;
    const members = new Map<string, JsonNode>();
    skipBlanks();
    while (text.charAt(at) !== "}") {
      if (members.size > 0) expectNext(",");
      skipBlanks();
      if (text.charAt(at) !== '"') unexpected();
      const name = readString();
      expectNext(":");
      members.set(name, readValue(depth));
      skipBlanks();
    }
    at++;
    return { kind: "object", members, at: start };
  };

  const readValue = (depth: number): JsonNode => {
    if (depth > deepest) throw new JsonTextError(`Document nesting depth exceeds the maximum allowed (${deepest})`, at);
    skipBlanks();
    const first = text.charAt(at);
    if (first === "{") return readObject(depth + 1);
    if (first === "[") return readArray(depth + 1);
    if (first === '"') {
      const start = at + 1;
      return { kind: "string", value: readString(), at: start };
    }
    const word = wordAt(bareWord);
    if (word === "true" || word === "false" || word === "null") return { kind: word, at: (at += word.length) };
    if (word === "" || wordAt(numberText) !== word) return unexpected();
    return { kind: "number", text: word, at: (at += word.length) };
  };

  const value = readValue(0);
  skipBlanks();
  return at < text.length ? unexpected() : value;
}

/** One text for all ways to write a number: `300`, `300.0` and `3e2` are `3e2`. Exact, whatever its size. */
export function canonicalNumber(text: string): string {
  const { sign = "", whole = "", fraction = "", exponent = "0" } =
    /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:[eE](?<exponent>[+-]?\d+))?$/.exec(text)?.groups ?? {};
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutTrailingZeros(digits);
  if (significant === "") return "0";
  const shift = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${shift}`;
}

/** Not by a pattern: /0+$/ is quadratic on a long row of zeros that does not end the text. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charAt(end - 1) === "0") end--;
  return digits.slice(0, end);
}

/** Compact JSON; numbers as they were written. */
export function jsonTextOf(node: JsonNode): string {
  switch (node.kind) {
    case "object":
      return `{${[...node.members].map(([name, value]) => `${JSON.stringify(name)}:${jsonTextOf(value)}`).join(",")}}`;
    case "array":
      return `[${node.items.map(jsonTextOf).join(",")}]`;
    case "string":
      return JSON.stringify(node.value);
    case "number":
      return node.text;
    case "true":
    case "false":
    case "null":
      return node.kind;
  }
  return node satisfies never;
}
