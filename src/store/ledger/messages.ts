// Queues in SQL. A message that stands alone, or first in its group, has `ready_at`; the others of a group wait with
// NULL until the first is deleted. So one index finds what may be received, however many wait.
import type { DeadLetterRule, DuePage, QueueResults, ReceiptState, SentMessage } from "../queue.ts";
import { CommitConflict } from "../store.ts";
import { AttemptTable } from "./attempts.ts";
import type { LedgerOperation, MessageRow, WriteJob, WriteOutcome } from "./job.ts";
import type { Names } from "./names.ts";
import type { Numbers } from "./numbers.ts";
import { integer, text, type Row, type Statements } from "./row.ts";

type Send = LedgerOperation & { readonly kind: "send-message" };
type Delete = LedgerOperation & { readonly kind: "delete-message" };
type Receive = WriteJob & { readonly kind: "receive" };
type Settle = LedgerOperation & { readonly kind: "settle-message" };
type Postpone = LedgerOperation & { readonly kind: "postpone-message" };
type ChangeVisibility = LedgerOperation & { readonly kind: "change-visibility" };

export type Taken = Omit<Extract<WriteOutcome, { readonly kind: "received" }>, "kind">;

/** The first of what may be received. */
interface Head {
  readonly sequence: number;
  readonly group: string | null;
  readonly receives: number;
}

/** Messages that one expire-messages deletes at most: a few milliseconds. */
const expireRows = 1_000;
/** Deduplication ids that one sweep deletes at most; a sweep follows each so many sends that carried one. */
const sweepDuplicates = 500;

/** Rounds of moves that one receive makes at most before it says that there is more. */
const moveRounds = 100;

const columns = "id, sequence, value, group_id, receives, sent_at, visible_at, first_received_at, receipt, origin, received_at";

/** INVARIANT: `ready_at` stands in every message without a group and in the first one of each group, and in no other. */
export class MessageTable {
  readonly #statements: Statements;
  readonly #numbers: Numbers;
  readonly #names: Names;
  readonly #attempts: AttemptTable;
  /** No queue has more in flight than stands here: what was counted last, and all that was taken since. */
  readonly #inFlightAtMost = new Map<number, number>();
  #sendsSinceSweep = 0;

  constructor(statements: Statements, numbers: Numbers, names: Names) {
    this.#statements = statements;
    this.#attempts = new AttemptTable(statements);
    this.#numbers = numbers;
    this.#names = names;
  }

  send(partition: number, send: Send, nowMs: number): SentMessage {
    const queue = this.#names.number(partition, "queue", send.queue);
    const first = send.deduplication && this.#firstOf(queue, send.deduplication.id, nowMs);
    if (first !== undefined) return { ...first, duplicate: true };
    const sequence = this.#numbers.next();
    const visibleAtMs = nowMs + (send.delayMs ?? 0);
    const group = send.group ?? null;
    const readyAtMs = group !== null && this.#hasGroup(queue, group) ? null : visibleAtMs;
    this.#statements.run(
      "INSERT INTO messages (sequence, queue, id, group_id, value, sent_at, visible_at, ready_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      sequence, queue, send.id, group, send.value, nowMs, visibleAtMs, readyAtMs,
    );
    if (send.deduplication !== undefined) {
      const { id, windowMs } = send.deduplication;
      this.#statements.run("INSERT OR REPLACE INTO duplicates VALUES (?, ?, ?, ?, ?)", queue, id, send.id, sequence, nowMs + windowMs);
      this.#sweepDuplicates(nowMs);
    }
    return { id: send.id, sequence, duplicate: false };
  }

  /** What became due first comes first; of a group as many as may be received now. */
  receive(partition: number, request: Receive): Taken {
    const { visibilityMs, nowMs, attempt, retentionMs } = request;
    const nothing: Taken = { messages: [], nextReadyAtMs: undefined, moved: 0, isFull: false };
    const queue = this.#names.find(partition, "queue", request.queue);
    if (queue === undefined) return nothing;
    const expired = retentionMs === undefined ? 0 : this.#expireOldest(queue, nowMs - retentionMs);
    // Too many for one step: whoever waits looks again.
    if (expired === expireRows) return { ...nothing, nextReadyAtMs: nowMs };
    const again = attempt === undefined ? undefined : this.#attempts.renew(queue, attempt.id, { nowMs, visibleAtMs: nowMs + visibilityMs });
    if (again !== undefined) return { ...nothing, messages: again.map((sequence) => this.#hideAgain(sequence, nowMs + visibilityMs)) };

    const left = this.#roomInFlight(queue, request.mostInFlight, nowMs);
    if (left <= 0) return { ...nothing, isFull: true };
    const { messages, moved } = this.#takeDue(partition, queue, { ...request, limit: Math.min(request.limit, left) });
    if (attempt !== undefined && messages.length > 0) this.#attempts.keep(queue, attempt, messages, nowMs);
    return { ...nothing, messages, moved, nextReadyAtMs: this.#nextReadyAt(queue) };
  }

  /** What was remembered may have been rolled back. */
  forget(): void {
    this.#inFlightAtMost.clear();
  }

  #takeDue(partition: number, queue: number, request: Receive): { readonly messages: MessageRow[]; readonly moved: number } {
    const { limit, visibilityMs, nowMs, deadLetter } = request;
    const messages: MessageRow[] = [];
    let moved = 0;
    // Another round only while nothing was taken: what is hidden for no time at all would come once more.
    for (let round = 0; round < moveRounds && messages.length === 0; round += 1) {
      const movedBefore = moved;
      for (const head of this.#readyHeads(queue, limit, nowMs)) {
        const left = limit - messages.length;
        if (left === 0) break;
        for (const next of head.group === null ? [head] : this.#runOf(queue, head.group, left, nowMs)) {
          if (deadLetter === undefined || next.receives < deadLetter.afterReceives) messages.push(this.#take(next.sequence, visibilityMs, nowMs));
          else moved += this.#move({ partition, queue, nowMs }, next, deadLetter);
        }
      }
      if (moved === movedBefore) break;
    }
    const before = this.#inFlightAtMost.get(queue);
    if (before !== undefined) this.#inFlightAtMost.set(queue, before + messages.length);
    return { messages, moved };
  }

  /** One of a group goes to the end of its group there and is as new; others keep their place and age. */
  #move({ partition, queue, nowMs }: { readonly partition: number; readonly queue: number; readonly nowMs: number }, { sequence, group }: Head, rule: DeadLetterRule): 1 {
    const target = this.#names.number(partition, "queue", rule.queue);
    const place = "UPDATE messages SET queue = ?1, origin = ?2, visible_at = ?3, receipt = NULL,";
    if (group === null) {
      this.#statements.run(`${place} ready_at = ?3 WHERE sequence = ?4`, target, rule.origin, nowMs, sequence);
    } else {
      const readyAtMs = this.#hasGroup(target, group) ? null : nowMs;
      this.#statements.run(`${place} sent_at = ?3, ready_at = ?4, sequence = ?5 WHERE sequence = ?6`, target, rule.origin, nowMs, readyAtMs, this.#numbers.next(), sequence);
      this.#promote(queue, group);
    }
    return 1;
  }

  /** How many more may be in flight. Counted only when what is remembered says that it could be none. */
  #roomInFlight(queue: number, most = Number.POSITIVE_INFINITY, nowMs: number): number {
    if (most === Number.POSITIVE_INFINITY) return most;
    const remembered = most - (this.#inFlightAtMost.get(queue) ?? most);
    if (remembered > 0) return remembered;
    const inFlight = countInFlight(this.#statements, queue, nowMs);
    this.#inFlightAtMost.set(queue, inFlight);
    return most - inFlight;
  }

  /** Also by a receipt that has expired: the work was done, if late. Only a later receive makes a receipt worthless. */
  delete(partition: number, operation: Delete, nowMs: number): QueueResults["delete-message"] {
    const message = this.#byReceipt(partition, operation, nowMs);
    if (message.found === "lost" || (message.found === "expired" && operation.onlyHeld === true)) {
      const remains = this.#statements.row("SELECT 1 FROM messages WHERE sequence = ? AND queue = ?", message.sequence, message.queue) !== undefined;
      return { found: message.found, freed: false, remains };
    }
    this.#statements.run("DELETE FROM messages WHERE sequence = ?", message.sequence);
    const freed = message.group !== null && message.isHead && this.#promote(message.queue, message.group);
    return { found: message.found, freed, remains: false };
  }

  changeVisibility(partition: number, operation: ChangeVisibility, nowMs: number): { readonly found: ReceiptState } {
    const message = this.#byReceipt(partition, operation, nowMs);
    if (message.found === "held" || (message.found === "expired" && operation.onlyHeld !== true)) this.#hide(message.sequence, nowMs + operation.visibilityMs);
    return { found: message.found };
  }

  settle(partition: number, operation: Settle): QueueResults["settle-message"] {
    const queue = this.#names.find(partition, "queue", operation.queue) ?? 0;
    const sql = "DELETE FROM messages WHERE sequence = ? AND queue = ? RETURNING group_id, ready_at";
    const row = this.#statements.row(sql, operation.sequence, queue);
    if (row === undefined) throw new CommitConflict(operation.queue, String(operation.sequence));
    return { freed: typeof row[0] === "string" && row[1] !== null && this.#promote(queue, row[0]) };
  }

  postpone(partition: number, { queue: name, sequence, value, delayMs }: Postpone, nowMs: number): null {
    const queue = this.#names.find(partition, "queue", name) ?? 0;
    const sql = `UPDATE messages SET value = ?1, visible_at = ?2, ready_at = iif(ready_at IS NULL, NULL, ?2), receipt = NULL
      WHERE sequence = ?3 AND queue = ?4`;
    if (this.#statements.run(sql, value, nowMs + delayMs, sequence, queue) === 0) throw new CommitConflict(name, String(sequence));
    return null;
  }

  expire(partition: number, name: string, sentBeforeMs: number): { readonly expired: number } {
    return { expired: this.#expireOldest(this.#names.find(partition, "queue", name) ?? 0, sentBeforeMs) };
  }

  /** How many were deleted: `expireRows` when there may be more. */
  #expireOldest(queue: number, sentBeforeMs: number): number {
    const first = this.#statements.row("SELECT sent_at FROM messages WHERE queue = ? ORDER BY sequence LIMIT 1", queue);
    if (first === undefined || integer(first[0]) >= sentBeforeMs) return 0;
    const sql = `SELECT sequence, group_id, ready_at, sent_at FROM messages WHERE queue = ? ORDER BY sequence LIMIT ${expireRows}`;
    const oldest = this.#statements.all(sql, queue);
    let expired = 0;
    for (const row of oldest) {
      if (integer(row[3]) >= sentBeforeMs) break;
      this.#statements.run("DELETE FROM messages WHERE sequence = ?", integer(row[0]));
      // Oldest first: a later one of this group may have become its head since `oldest` was read.
      if (typeof row[1] === "string") this.#promote(queue, row[1]);
      expired += 1;
    }
    return expired;
  }

  /** What was sent first under this deduplication id, while its window lasts. */
  #firstOf(queue: number, id: string, nowMs: number): { readonly id: string; readonly sequence: number } | undefined {
    const row = this.#statements.row("SELECT message_id, sequence FROM duplicates WHERE queue = ? AND id = ? AND expires_at > ?", queue, id, nowMs);
    return row && { id: text(row[0]), sequence: integer(row[1]) };
  }

  #hasGroup(queue: number, group: string): boolean {
    return this.#statements.row("SELECT 1 FROM messages WHERE queue = ? AND group_id = ? LIMIT 1", queue, group) !== undefined;
  }

  #sweepDuplicates(nowMs: number): void {
    this.#sendsSinceSweep += 1;
    if (this.#sendsSinceSweep < sweepDuplicates / 2) return;
    this.#sendsSinceSweep = 0;
    const expired = `SELECT queue, id FROM duplicates WHERE expires_at <= ? LIMIT ${sweepDuplicates}`;
    this.#statements.run(`DELETE FROM duplicates WHERE (queue, id) IN (${expired})`, nowMs);
  }

  #readyHeads(queue: number, limit: number, nowMs: number): Head[] {
    const sql =
      "SELECT sequence, group_id, receives FROM messages WHERE queue = ? AND ready_at IS NOT NULL AND ready_at <= ? ORDER BY ready_at, sequence LIMIT ?";
    // Read to the end before anything is taken: taking moves messages within the index.
    const rows = this.#statements.all(sql, queue, nowMs, limit);
    return rows.map((row) => ({ sequence: integer(row[0]), group: row[1] === null ? null : text(row[1]), receives: integer(row[2]) }));
  }

  /** The first messages of a group up to the first one that is hidden: that one holds back the rest. */
  #runOf(queue: number, group: string, limit: number, nowMs: number): Head[] {
    const sql = "SELECT sequence, visible_at, receives FROM messages WHERE queue = ? AND group_id = ? ORDER BY sequence LIMIT ?";
    const run: Head[] = [];
    for (const row of this.#statements.all(sql, queue, group, limit)) {
      if (integer(row[1]) > nowMs) break;
      run.push({ sequence: integer(row[0]), group, receives: integer(row[2]) });
    }
    return run;
  }

  #take(sequence: number, visibilityMs: number, nowMs: number): MessageRow {
    const sql = `UPDATE messages SET receives = receives + 1, receipt = ?1, visible_at = ?2, ready_at = iif(ready_at IS NULL, NULL, ?2),
      first_received_at = coalesce(first_received_at, ?3), received_at = ?3 WHERE sequence = ?4 RETURNING ${columns}`;
    const visibleAtMs = nowMs + visibilityMs;
    const row = this.#statements.row(sql, this.#numbers.next(), visibleAtMs, nowMs, sequence);
    if (row === undefined) throw new Error(`message ${sequence} is gone from under its index`);
    return messageRow(row);
  }

  /** The message that a receipt names, and what the receipt is still worth. */
  #byReceipt(partition: number, operation: Delete | ChangeVisibility, nowMs: number) {
    const queue = this.#names.find(partition, "queue", operation.queue) ?? 0;
    const { sequence, number } = parseReceipt(operation.receipt);
    const sql = "SELECT group_id, ready_at, visible_at FROM messages WHERE sequence = ? AND queue = ? AND receipt = ?";
    const row = this.#statements.row(sql, sequence, queue, number);
    const found: ReceiptState = row === undefined ? "lost" : integer(row[2]) > nowMs ? "held" : "expired";
    if (operation.expect === "held" && found !== "held") throw new CommitConflict(operation.queue, operation.receipt);
    return { queue, sequence, found, group: typeof row?.[0] === "string" ? row[0] : null, isHead: row?.[1] !== null };
  }

  #hide(sequence: number, visibleAtMs: number): void {
    this.#statements.run(hide, visibleAtMs, sequence);
  }

  #hideAgain(sequence: number, visibleAtMs: number): MessageRow {
    return messageRow(this.#statements.row(`${hide} RETURNING ${columns}`, visibleAtMs, sequence) ?? []);
  }

  /** The first of the group may be received now. False: the group is empty. */
  #promote(queue: number, group: string): boolean {
    const first = "SELECT sequence FROM messages WHERE queue = ? AND group_id = ? ORDER BY sequence LIMIT 1";
    return this.#statements.run(`UPDATE messages SET ready_at = visible_at WHERE sequence = (${first})`, queue, group) > 0;
  }

  /** When the next of those left may be received; one step in the index. */
  #nextReadyAt(queue: number): number | undefined {
    const row = this.#statements.row("SELECT min(ready_at) FROM messages WHERE queue = ? AND ready_at IS NOT NULL", queue);
    return typeof row?.[0] === "number" ? row[0] : undefined;
  }
}

const hide = "UPDATE messages SET visible_at = ?1, ready_at = iif(ready_at IS NULL, NULL, ?1) WHERE sequence = ?2";

export function* browseMessages(statements: Statements, queue: number, after: number, limit: number): Generator<MessageRow> {
  const sql = `SELECT ${columns} FROM messages WHERE queue = ? AND sequence > ? ORDER BY sequence LIMIT ?`;
  for (const row of statements.rows(sql, queue, after, limit)) yield messageRow(row);
}

/** Heads in the order in which they fall due, up to the first that is not due yet. */
export function* dueMessages(statements: Statements, queue: number, nowMs: number, { after, limit, characters }: DuePage): Generator<MessageRow> {
  const sql = `SELECT ${columns} FROM messages WHERE queue = ? AND ready_at IS NOT NULL AND (ready_at, sequence) > (?, ?)
    ORDER BY ready_at, sequence LIMIT ?`;
  let left = characters;
  for (const row of statements.rows(sql, queue, after?.visibleAtMs ?? 0, after?.sequence ?? 0, limit)) {
    const message = messageRow(row);
    yield message;
    left -= message.value.length;
    if (message.visibleAtMs > nowMs || left < 0) return;
  }
}

/** Reads nothing but indexes: some ten milliseconds for a million messages. */
export function countMessages(statements: Statements, queue: number, nowMs: number) {
  const counting = "SELECT count(*), count(*) FILTER (WHERE AT > ?1 AND receives > 0), count(*) FILTER (WHERE AT > ?1 AND receives = 0) FROM messages";
  const heads = statements.row(`${counting.replaceAll("AT", "ready_at")} WHERE queue = ?2 AND ready_at IS NOT NULL`, nowMs, queue);
  const others = statements.row(
    `${counting.replaceAll("AT", "visible_at")} WHERE queue = ?2 AND group_id IS NOT NULL AND ready_at IS NULL`,
    nowMs, queue,
  );
  const [all, inFlight, delayed] = [0, 1, 2].map((column) => integer(heads?.[column]) + integer(others?.[column]));
  return { visible: (all ?? 0) - (inFlight ?? 0) - (delayed ?? 0), inFlight: inFlight ?? 0, delayed: delayed ?? 0 };
}

/** Those that were received and are hidden: reads no more than the hidden ones, and of groups all that wait behind others. */
function countInFlight(statements: Statements, queue: number, nowMs: number): number {
  const heads = "SELECT count(*) FROM messages WHERE queue = ? AND ready_at IS NOT NULL AND ready_at > ? AND receives > 0";
  const others = "SELECT count(*) FROM messages WHERE queue = ? AND group_id IS NOT NULL AND ready_at IS NULL AND visible_at > ? AND receives > 0";
  return [heads, others].reduce((sum, sql) => sum + integer(statements.row(sql, queue, nowMs)?.[0]), 0);
}

export const receiptOf = (message: MessageRow): string => `${message.sequence}-${message.receipt}`;

function parseReceipt(receipt: string): { readonly sequence: number; readonly number: number } {
  const parts = /^([1-9]\d{0,15})-([1-9]\d{0,15})$/.exec(receipt);
  // 0 is never given out: what is no receipt of ours is as good as lost.
  return { sequence: Number(parts?.[1] ?? 0), number: Number(parts?.[2] ?? 0) };
}

function messageRow(row: Row): MessageRow {
  return {
    id: text(row[0]),
    sequence: integer(row[1]),
    value: text(row[2]),
    group: row[3] === null ? null : text(row[3]),
    receiveCount: integer(row[4]),
    sentAtMs: integer(row[5]),
    visibleAtMs: integer(row[6]),
    firstReceivedAtMs: row[7] === null ? null : integer(row[7]),
    receipt: row[8] === null ? 0 : integer(row[8]),
    origin: row[9] === null ? null : text(row[9]),
    receivedAtMs: row[10] === null ? null : integer(row[10]),
  };
}
