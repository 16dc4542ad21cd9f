// Streams in SQL. Trimming moves a mark; the rows below it are swept later.
import type { LedgerOperation, RecordRow } from "./job.ts";
import type { Names } from "./names.ts";
import type { Numbers } from "./numbers.ts";
import { integer, text, type Statements } from "./row.ts";

type Append = LedgerOperation & { readonly kind: "append-record" };
type Trim = LedgerOperation & { readonly kind: "trim-stream" };

/** Rows that one step of the sweep deletes: about a millisecond. */
const sweepRows = 500;

export class RecordTable {
  readonly #statements: Statements;
  readonly #numbers: Numbers;
  readonly #names: Names;

  constructor(statements: Statements, numbers: Numbers, names: Names) {
    this.#statements = statements;
    this.#numbers = numbers;
    this.#names = names;
  }

  append(partition: number, append: Append, nowMs: number): { readonly sequence: number } {
    const stream = this.#names.number(partition, "stream", append.stream);
    const sequence = this.#numbers.next();
    this.#statements.run("INSERT INTO records VALUES (?, ?, ?, ?)", sequence, stream, nowMs, append.value);
    this.#statements.run("UPDATE names SET newest = ? WHERE number = ?", sequence, stream);
    return { sequence };
  }

  trim(partition: number, { stream, through }: Trim): null {
    const number = this.#names.number(partition, "stream", stream);
    // Not beyond the newest: what is appended later was not meant.
    this.#statements.run("UPDATE names SET trimmed = max(trimmed, min(newest, ?)) WHERE number = ?", through, number);
    return null;
  }

  /** Deletes some records that were trimmed away. False: none were left. */
  sweep(): boolean {
    const trimmed = "SELECT number, trimmed FROM names WHERE kind = 'stream' AND trimmed > swept AND name IS NOT NULL LIMIT 1";
    const row = this.#statements.row(trimmed);
    if (row === undefined) return false;
    const [stream, through] = [integer(row[0]), integer(row[1])];
    const below = `SELECT sequence FROM records WHERE stream = ? AND sequence <= ? LIMIT ${sweepRows}`;
    const swept = this.#statements.run(`DELETE FROM records WHERE sequence IN (${below})`, stream, through);
    if (swept < sweepRows) this.#statements.run("UPDATE names SET swept = ? WHERE number = ?", through, stream);
    return true;
  }
}

export function* readRecords(statements: Statements, stream: number, after: number, limit: number): Generator<RecordRow> {
  const from = "(SELECT max(trimmed, ?) FROM names WHERE number = ?)";
  const sql = `SELECT sequence, value, appended_at FROM records WHERE stream = ? AND sequence > ${from} ORDER BY sequence LIMIT ?`;
  for (const row of statements.rows(sql, stream, after, stream, limit)) {
    yield { sequence: integer(row[0]), value: text(row[1]), appendedAtMs: integer(row[2]) };
  }
}

export function streamEnd(statements: Statements, stream: number): number {
  return integer(statements.row("SELECT newest FROM names WHERE number = ?", stream)?.[0] ?? 0);
}
