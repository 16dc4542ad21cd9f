// The request line and the headers of a guest's request (RFC 9112 sections 3 and 5), read strictly.
import { remembered } from "../../../core/remembered.ts";
import { malformedRequest, unsupportedHttpVersion } from "../faults.ts";

export interface RequestHead {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Names in lower case; values of repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly keepAlive: boolean;
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\/[\x21-\x7e]{0,2047}) HTTP\/(\d\.\d)$/;
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Control characters other than tab have no place in a value; CR and LF would be a second line.
// oxlint-disable-next-line no-control-regex
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const mostFields = 256;

/** A client sends nearly the same lines each time: so many are kept, of each connection. */
const mostLines = 32;

/** Parses the heads of one connection: everything before the blank line, one character a byte. */
export function headParser(): (text: string) => RequestHead {
  const fieldOf = remembered(parseField, mostLines);
  return (text) => parseHead(text, fieldOf);
}

function parseHead(text: string, fieldOf: typeof parseField): RequestHead {
  const [first = "", ...fields] = text.split("\r\n");
  const match = requestLine.exec(first);
  if (match === null) throw malformedRequest("The request line is malformed");
  const [, method = "", target = "", version = ""] = match;
  if (version !== "1.1" && version !== "1.0") throw unsupportedHttpVersion();
  const headers = parseFields(fields, fieldOf);
  const asked = headers.get("connection");
  const connection = asked === undefined ? [] : asked.toLowerCase().split(/\s*,\s*/);
  const keepAlive = version === "1.1" ? !connection.includes("close") : connection.includes("keep-alive");
  const query = target.indexOf("?");
  return { method, path: query === -1 ? target : target.slice(0, query), headers, keepAlive };
}

export function parseFields(lines: readonly string[], fieldOf = parseField): Map<string, string> {
  if (lines.length > mostFields) throw malformedRequest("Too many header fields");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const { name, value } = fieldOf(line);
    const former = fields.get(name);
    fields.set(name, former === undefined ? value : `${former}, ${value}`);
  }
  return fields;
}

function parseField(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon)).toLowerCase();
  const value = trimBlanks(line.slice(colon + 1));
  if (!fieldName.test(name) || !fieldValue.test(value)) throw malformedRequest("A header field is malformed");
  return { name, value };
}

/** Optional white space is blanks and tabs, less than what `trim` takes. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

const isBlank = (text: string, at: number): boolean => text[at] === " " || text[at] === "\t";
