// JSON whose numbers stay as they were written (`1.0`, `12345678901234567890`): what was recorded is sent again as it was.

/** ECMAScript's JSON.parse with source text access, which TypeScript does not know yet. */
interface SourceJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

const sourceJson = JSON as unknown as SourceJson;

/** Deeper is nobody's event, and costs time by its square. */
const mostLevels = 1000;

/** Numbers that JavaScript would write otherwise; in a string they cost a slower way, no more. */
export const unusualNumber = /\d{16}|[\d.]{17}|\.\d*0(?!\d)|0\.0{6}|\d[eE]|-0(?![.\d])/;

/** JSON.stringify gives the numbers back as they were. Throws as JSON.parse does, and a RangeError for what is nested too deeply. */
export function parseExactly(text: string): unknown {
  if (levelsOf(text) > mostLevels) throw new RangeError(`nested deeper than ${mostLevels} levels`);
  if (!unusualNumber.test(text)) return JSON.parse(text);
  return sourceJson.parse(text, (_key, value, { source }) => (typeof value === "number" && source !== undefined && source !== String(value) ? sourceJson.rawJSON(source) : value));
}

function levelsOf(text: string): number {
  let [level, most, isString] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isString = !isString;
    else if (isString && character === "\\") at += 1;
    else if (!isString && (character === "[" || character === "{")) most = Math.max(most, ++level);
    else if (!isString && (character === "]" || character === "}")) level -= 1;
  }
  return most;
}

/** The same value with the members of each object in order of their names: two that mean the same look the same. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null || sourceJson.isRawJSON(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, inOrder(member)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
