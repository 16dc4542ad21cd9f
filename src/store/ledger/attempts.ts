// Receives that have a name, in SQL: made once more, such a one gives what it gave before.
import type { MessageRow } from "./job.ts";
import { integer, text, type Statements } from "./row.ts";

/** Attempts that one sweep deletes at most; a sweep follows each half so many that were kept. */
const sweepRows = 500;

export class AttemptTable {
  readonly #statements: Statements;
  #keptSinceSweep = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Sequences of what the attempt took, now to be hidden until `visibleAtMs`. Undefined: none, or not all is as it left it. */
  renew(queue: number, id: string, { nowMs, visibleAtMs }: { readonly nowMs: number; readonly visibleAtMs: number }): readonly number[] | undefined {
    const row = this.#statements.row("SELECT receipts, visible_at FROM attempts WHERE queue = ? AND id = ? AND expires_at > ?", queue, id, nowMs);
    if (row === undefined) return undefined;
    const wasVisibleAtMs = integer(row[1]);
    const receipts: readonly (readonly [sequence: number, receipt: number])[] = JSON.parse(text(row[0]));
    const sql = "SELECT 1 FROM messages WHERE sequence = ? AND queue = ? AND receipt = ? AND visible_at = ?";
    const isHeld = wasVisibleAtMs > nowMs && receipts.every(([sequence, receipt]) => this.#statements.row(sql, sequence, queue, receipt, wasVisibleAtMs) !== undefined);
    if (!isHeld) return undefined;
    this.#statements.run("UPDATE attempts SET visible_at = ? WHERE queue = ? AND id = ?", visibleAtMs, queue, id);
    return receipts.map(([sequence]) => sequence);
  }

  /** All of `messages` are hidden until the same time. */
  keep(queue: number, { id, windowMs }: { readonly id: string; readonly windowMs: number }, messages: readonly MessageRow[], nowMs: number): void {
    const receipts = JSON.stringify(messages.map(({ sequence, receipt }) => [sequence, receipt]));
    const visibleAtMs = messages[0]?.visibleAtMs ?? nowMs;
    this.#statements.run("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?)", queue, id, receipts, visibleAtMs, nowMs + windowMs);
    this.#keptSinceSweep += 1;
    if (this.#keptSinceSweep < sweepRows / 2) return;
    this.#keptSinceSweep = 0;
    const expired = `SELECT queue, id FROM attempts WHERE expires_at <= ? LIMIT ${sweepRows}`;
    this.#statements.run(`DELETE FROM attempts WHERE (queue, id) IN (${expired})`, nowMs);
  }
}
