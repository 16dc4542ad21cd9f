// Columns of a row in the types that the STRICT tables promise.
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";

export type Row = readonly SQLOutputValue[];

/** Statements by their SQL, most prepared once; rows come as arrays, which is half the cost of objects. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.of(sql).run(...values).changes);
  }

  row(sql: string, ...values: (string | number | null)[]): Row | undefined {
    const row: unknown = this.of(sql).get(...values);
    return isRow(row) ? row : undefined;
  }

  all(sql: string, ...values: (string | number | null)[]): Row[] {
    const rows: readonly unknown[] = this.of(sql).all(...values);
    return rows.filter(isRow);
  }

  /** A statement of its own for each call: two that share one would disturb each other. */
  *rows(sql: string, ...values: (string | number | null)[]): Generator<Row> {
    for (const row of this.#prepare(sql).iterate(...values)) {
      const found: unknown = row;
      if (isRow(found)) yield found;
    }
  }
}

// setReturnArrays changes what get and iterate return; their types do not know.
const isRow = (row: unknown): row is Row => Array.isArray(row);

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== "number") throw new TypeError(`expected an integer column, found ${typeof value}`);
  return value;
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw new TypeError(`expected a text column, found ${typeof value}`);
  return value;
}
