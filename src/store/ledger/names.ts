// Partitions, queues and streams by the small numbers that stand for them in every row. Purging one is giving up its
// name: the next use gets a new number, and the rows under the old one are swept bit by bit.
import type { QueueSelection } from "../queue.ts";
import type { PartitionKey } from "../store.ts";
import { integer, text, type Row, type Statements } from "./row.ts";
import { prefixEnd } from "./scan.ts";

export type NamedKind = "queue" | "stream";

/** Rows that one step of the sweep deletes: about a millisecond. */
const sweepRows = 500;

export class Names {
  readonly #statements: Statements;
  readonly #known = new Map<string, number>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The number of a partition; writes one where there is none. */
  partition(key: PartitionKey): number {
    const name = `${key.account}/${key.region}/${key.service}`;
    return this.#remember(name, () => {
      const { account, region, service } = key;
      this.#statements.run("INSERT INTO partitions (account, region, service) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", account, region, service);
      return findPartition(this.#statements, key) ?? 0;
    });
  }

  /** The number of a queue or stream; writes one where there is none. */
  number(partition: number, kind: NamedKind, name: string): number {
    return this.#remember(`${kind} ${partition} ${name}`, () => {
      this.#statements.run("INSERT INTO names (partition, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", partition, kind, name);
      return findName(this.#statements, partition, kind, name) ?? 0;
    });
  }

  /** The number of a queue or stream that has one. */
  find(partition: number, kind: NamedKind, name: string): number | undefined {
    return this.#known.get(`${kind} ${partition} ${name}`) ?? findName(this.#statements, partition, kind, name);
  }

  giveUp(partition: number, kind: NamedKind, name: string): null {
    this.#known.delete(`${kind} ${partition} ${name}`);
    this.#statements.run("UPDATE names SET name = NULL WHERE partition = ? AND kind = ? AND name = ?", partition, kind, name);
    return null;
  }

  /** What was remembered may have been rolled back. */
  forget(): void {
    this.#known.clear();
  }

  /** Deletes some rows that belong to no name, or that a stream was trimmed of. False: none were left. */
  sweep(): boolean {
    const orphan = this.#statements.row("SELECT number FROM names WHERE name IS NULL LIMIT 1");
    if (orphan === undefined) return false;
    const number = integer(orphan[0]);
    const swept =
      this.#statements.run(`DELETE FROM messages WHERE sequence IN (SELECT sequence FROM messages WHERE queue = ? LIMIT ${sweepRows})`, number) +
      this.#statements.run(`DELETE FROM duplicates WHERE queue = ?1 AND id IN (SELECT id FROM duplicates WHERE queue = ?1 LIMIT ${sweepRows})`, number) +
      this.#statements.run(`DELETE FROM attempts WHERE queue = ?1 AND id IN (SELECT id FROM attempts WHERE queue = ?1 LIMIT ${sweepRows})`, number) +
      this.#statements.run(`DELETE FROM records WHERE sequence IN (SELECT sequence FROM records WHERE stream = ? LIMIT ${sweepRows})`, number);
    if (swept === 0) this.#statements.run("DELETE FROM names WHERE number = ?", number);
    return true;
  }

  #remember(name: string, find: () => number): number {
    const known = this.#known.get(name) ?? find();
    this.#known.set(name, known);
    return known;
  }
}

export function findPartition(statements: Statements, { account, region, service }: PartitionKey): number | undefined {
  return numberIn(statements.row("SELECT number FROM partitions WHERE account = ? AND region = ? AND service = ?", account, region, service));
}

export function findName(statements: Statements, partition: number, kind: NamedKind, name: string): number | undefined {
  return numberIn(statements.row("SELECT number FROM names WHERE partition = ? AND kind = ? AND name = ?", partition, kind, name));
}

export function* listQueues(statements: Statements, partition: number, { prefix = "", holding }: QueueSelection): Generator<string> {
  const end = prefixEnd(prefix);
  const below = end === undefined ? "" : "AND name < ?3";
  const held = holding === true ? "AND EXISTS (SELECT 1 FROM messages WHERE queue = number)" : "";
  const sql = `SELECT name FROM names WHERE partition = ?1 AND kind = 'queue' AND name >= ?2 ${below} ${held} ORDER BY name`;
  const bounds = end === undefined ? [prefix] : [prefix, end];
  for (const row of statements.rows(sql, partition, ...bounds)) yield text(row[0]);
}

/** Partitions that have at least one document, message or record. */
export function* listPartitions(statements: Statements): Generator<PartitionKey> {
  const sql = `SELECT account, region, service FROM partitions WHERE EXISTS (SELECT 1 FROM documents WHERE partition = number)
    OR EXISTS (SELECT 1 FROM names JOIN messages ON queue = names.number WHERE partition = partitions.number AND name IS NOT NULL)
    OR EXISTS (SELECT 1 FROM names JOIN records ON stream = names.number AND sequence > trimmed WHERE partition = partitions.number AND name IS NOT NULL)
    ORDER BY account, region, service`;
  for (const row of statements.rows(sql)) yield { account: text(row[0]), region: text(row[1]), service: text(row[2]) };
}

const numberIn = (row: Row | undefined): number | undefined => row && integer(row[0]);
