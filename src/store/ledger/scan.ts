// Range scans over keys and secondary keys, in UTF-8 byte order (the order of SQLite's BINARY collation).
import type { ScanRange } from "../store.ts";
import type { DocumentRow } from "./job.ts";
import { integer, text, type Statements } from "./row.ts";

export function* scanDocuments(statements: Statements, partition: number, collection: string, range: ScanRange): Generator<DocumentRow> {
  const where = range.index === undefined ? ["partition = ?", "collection = ?"] : ["i.partition = ?", "i.collection = ?", "i.name = ?"];
  const values: (string | number)[] = range.index === undefined ? [partition, collection] : [partition, collection, range.index];
  for (const bound of boundsOf(range)) {
    where.push(bound.sql);
    values.push(...bound.values);
  }
  const direction = range.reverse === true ? "DESC" : "ASC";
  const order = range.index === undefined ? `key ${direction}` : `i.index_key ${direction}, i.key ${direction}`;
  const from =
    range.index === undefined
      ? "SELECT key, value, revision FROM documents"
      : // CROSS JOIN: SQLite then walks the index first, in its order, and looks the documents up.
        `SELECT d.key, d.value, d.revision, i.index_key FROM document_indexes i CROSS JOIN documents d
         ON d.partition = i.partition AND d.collection = i.collection AND d.key = i.key`;
  values.push(range.limit ?? -1);
  for (const row of statements.rows(`${from} WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ?`, ...values)) {
    const document = { key: text(row[0]), value: text(row[1]), revision: integer(row[2]) };
    yield range.index === undefined ? document : { ...document, indexKey: text(row[3]) };
  }
}

interface Bound {
  readonly sql: string;
  readonly values: readonly string[];
}

/** At most one lower and one upper bound, so that SQLite seeks to the tighter one. */
function* boundsOf(range: ScanRange): Generator<Bound> {
  const column = range.index === undefined ? "key" : "i.index_key";
  const prefixBelow = range.prefix === undefined ? undefined : { sql: `${column} >= ?`, values: [range.prefix] };
  const end = range.prefix === undefined ? undefined : prefixEnd(range.prefix);
  const prefixAbove = end === undefined ? undefined : { sql: `${column} < ?`, values: [end] };
  const after = range.after === undefined ? undefined : afterBound(column, range.after, range);
  const above = range.reverse === true;
  // `after` lies within the prefix, unless the caller made it up: then the prefix is the tighter bound, or nothing fits.
  const within = range.after === undefined || range.prefix === undefined || isWithin(range.after, range.prefix);
  if (after !== undefined && !within) yield after;
  const lower = !above && within && after !== undefined ? after : prefixBelow;
  const upper = above && within && after !== undefined ? after : prefixAbove;
  if (lower !== undefined) yield lower;
  if (upper !== undefined) yield upper;
}

function afterBound(column: string, after: string, range: ScanRange): Bound {
  const operator = range.reverse === true ? "<" : ">";
  if (range.index !== undefined && range.afterKey !== undefined) {
    return { sql: `(i.index_key, i.key) ${operator} (?, ?)`, values: [after, range.afterKey] };
  }
  return { sql: `${column} ${operator} ?`, values: [after] };
}

const isWithin = (key: string, prefix: string): boolean => key.startsWith(prefix);

/** The least string above all that start with `prefix`; undefined when there is none. */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Code points order as UTF-8 does; the surrogates between U+D7FF and U+E000 have no UTF-8.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
