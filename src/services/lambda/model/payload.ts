// Whether a payload is JSON; when it is not, what AWS's parser (Jackson) says of the first place that is not.
import { isUtf8 } from "node:buffer";
import { payloadNotJson } from "../faults/invokes.ts";

/** Fault: InvalidRequestContentException. */
export function requireJson(payload: Uint8Array): void {
  const bytes = payload instanceof Buffer ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const text = bytes.toString();
  try {
    JSON.parse(text);
    // Decoding has replaced what is no UTF-8, so that the parser took it; JSON is UTF-8 (RFC 8259, 8.1).
    if (!text.includes("\ufffd") || isUtf8(bytes)) return;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { message, offset } = findFault(text);
  throw payloadNotJson(`${message}\n at ${describePlace(text, offset)}`);
}

interface JsonFault {
  readonly message: string;
  /** Of the text, behind the character or word that is wrong: that is where Jackson has read to. */
  readonly offset: number;
}

/** What the grammar takes next. `first-…`: the container may also end at once. */
type Wanted = "value" | "first-value" | "name" | "first-name" | "colon" | "separator" | "nothing";

type Token = "string" | "scalar" | "word" | "[" | "]" | "{" | "}" | "," | ":" | "other";

/** Walks the tokens of a text that is known not to be JSON, to the first that does not fit. */
function findFault(text: string): JsonFault {
  const open: ("{" | "[")[] = [];
  let wanted: Wanted = "value";
  let offset = skipBlanks(text, 0);
  while (offset < text.length) {
    const end = endOfToken(text, offset);
    if (end === undefined)
      return { message: "Unexpected end-of-input: was expecting closing quote for a string value", offset: text.length };
    const next = wantedAfter(wanted, tokenAt(text, offset, end), open);
    if (next === undefined) return describeToken(text.slice(offset, end), offset, { wanted, open });
    wanted = next;
    offset = skipBlanks(text, end);
  }
  // Nothing is missing and yet it is no JSON: bytes that are not UTF-8, or an escape that is none.
  if (wanted === "nothing") return { message: "Invalid UTF-8 or escape in a string value", offset };
  const kind = open.at(-1) === "[" ? "Array" : "Object";
  return { message: `Unexpected end-of-input: expected close marker for ${kind}`, offset };
}

const isBlank = (char: string | undefined): boolean => char === " " || char === "\t" || char === "\n" || char === "\r";

function skipBlanks(text: string, from: number): number {
  let offset = from;
  while (isBlank(text[offset])) offset++;
  return offset;
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

/** Undefined: a string without an end. */
function endOfToken(text: string, start: number): number | undefined {
  if (text[start] === '"') return endOfString(text, start);
  for (const pattern of [number, word]) {
    pattern.lastIndex = start;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return start + 1;
}

/** By hand: a pattern would keep a way back for each of up to six million characters. */
function endOfString(text: string, start: number): number | undefined {
  for (let offset = start + 1; offset < text.length; offset++) {
    if (text[offset] === "\\") offset++;
    else if (text[offset] === '"') return offset + 1;
  }
  return undefined;
}

function tokenAt(text: string, start: number, end: number): Token {
  const char = text.charAt(start);
  switch (char) {
    case '"':
      return "string";
    case "[":
    case "]":
    case "{":
    case "}":
    case ",":
    case ":":
      return char;
    default:
      if (/[-\d]/.test(char)) return end - start > 1 || char !== "-" ? "scalar" : "other";
      if (/^(?:true|false|null)$/.test(text.slice(start, Math.min(end, start + 6)))) return "scalar";
      return /[\p{L}_$]/u.test(char) ? "word" : "other";
  }
}

/** Undefined: the token does not fit. Keeps `open` up to date. */
function wantedAfter(wanted: Wanted, token: Token, open: ("{" | "[")[]): Wanted | undefined {
  const close = (): Wanted => {
    open.pop();
    return open.length === 0 ? "nothing" : "separator";
  };
  switch (wanted) {
    case "value":
    case "first-value":
      if (token === "string" || token === "scalar") return open.length === 0 ? "nothing" : "separator";
      if (token === "]") return wanted === "first-value" ? close() : undefined;
      if (token !== "[" && token !== "{") return undefined;
      open.push(token);
      return token === "[" ? "first-value" : "first-name";
    case "name":
    case "first-name":
      if (token === "}") return wanted === "first-name" ? close() : undefined;
      return token === "string" ? "colon" : undefined;
    case "colon":
      return token === ":" ? "value" : undefined;
    case "separator":
      if (token === ",") return open.at(-1) === "{" ? "name" : "value";
      return token === (open.at(-1) === "{" ? "}" : "]") ? close() : undefined;
    case "nothing":
      return undefined;
    default:
      return wanted satisfies never;
  }
}

const valueForms = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** Jackson cuts what it quotes at this length. */
const quotedLength = 256;

interface Place {
  readonly wanted: Wanted;
  readonly open: readonly string[];
}

function describeToken(token: string, offset: number, { wanted, open }: Place): JsonFault {
  const unexpected = (expectation: string): JsonFault => ({
    message: `Unexpected character ('${token.charAt(0)}' (code ${token.charCodeAt(0)})): ${expectation}`,
    offset: offset + 1,
  });
  switch (wanted) {
    case "value":
    case "first-value":
    case "nothing":
      if (!/^[\p{L}_$]/u.test(token)) return unexpected(`expected a valid value ${valueForms}`);
      return {
        message: `Unrecognized token '${token.slice(0, quotedLength)}': was expecting ${valueForms}`,
        offset: offset + token.length,
      };
    case "name":
    case "first-name":
      return unexpected("was expecting double-quote to start field name");
    case "colon":
      return unexpected("was expecting a colon to separate field name and value");
    case "separator":
      return unexpected(`was expecting comma to separate ${open.at(-1) === "{" ? "Object" : "Array"} entries`);
    default:
      return wanted satisfies never;
  }
}

function describePlace(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return (
    "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
    `line: ${line}, column: ${column}]`
  );
}
