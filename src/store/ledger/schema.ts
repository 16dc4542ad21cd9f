// Tables of the ledger, as the steps that lead to them. A step that has been released is never edited.
import type { DatabaseSync } from "node:sqlite";
import { integer } from "./row.ts";

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "documents, queues, streams",
    // Large values live in rowid tables (a WITHOUT ROWID table keeps them in its inner pages too) with narrow indexes.
    sql: `
      CREATE TABLE partitions (
        number INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, service TEXT NOT NULL,
        UNIQUE (account, region, service)
      ) STRICT;

      -- One row: numbers up to here may have been given out as revision, sequence or receipt.
      CREATE TABLE numbers (reserved INTEGER NOT NULL) STRICT;
      INSERT INTO numbers VALUES (0);

      CREATE TABLE documents (
        partition INTEGER NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL,
        revision INTEGER NOT NULL, value TEXT NOT NULL, indexes TEXT,
        UNIQUE (partition, collection, key)
      ) STRICT;
      CREATE TABLE document_indexes (
        partition INTEGER NOT NULL, collection TEXT NOT NULL, name TEXT NOT NULL, index_key TEXT NOT NULL, key TEXT NOT NULL,
        PRIMARY KEY (partition, collection, name, index_key, key)
      ) STRICT, WITHOUT ROWID;

      -- Queues and streams. A purged one gives up its name, its rows are swept later under its number.
      CREATE TABLE names (
        number INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT,
        newest INTEGER NOT NULL DEFAULT 0, trimmed INTEGER NOT NULL DEFAULT 0, swept INTEGER NOT NULL DEFAULT 0,
        UNIQUE (partition, kind, name)
      ) STRICT;
      CREATE INDEX names_given_up ON names (number) WHERE name IS NULL;
      CREATE INDEX names_trimmed ON names (number) WHERE trimmed > swept;

      -- ready_at: visible_at where the message may be received then, NULL behind another of its group.
      CREATE TABLE messages (
        sequence INTEGER PRIMARY KEY, queue INTEGER NOT NULL, id TEXT NOT NULL, group_id TEXT, value TEXT NOT NULL,
        sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL, ready_at INTEGER,
        receives INTEGER NOT NULL DEFAULT 0, receipt INTEGER, first_received_at INTEGER
      ) STRICT;
      CREATE INDEX messages_in_order ON messages (queue, sequence);
      CREATE INDEX messages_ready ON messages (queue, ready_at, sequence, receives) WHERE ready_at IS NOT NULL;
      CREATE INDEX messages_of_group ON messages (queue, group_id, sequence, ready_at, visible_at, receives) WHERE group_id IS NOT NULL;
      CREATE TABLE duplicates (
        queue INTEGER NOT NULL, id TEXT NOT NULL, message_id TEXT NOT NULL, sequence INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        PRIMARY KEY (queue, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX duplicates_expiring ON duplicates (expires_at);

      CREATE TABLE records (
        sequence INTEGER PRIMARY KEY, stream INTEGER NOT NULL, appended_at INTEGER NOT NULL, value TEXT NOT NULL
      ) STRICT;
      CREATE INDEX records_in_order ON records (stream, sequence);
    `,
  },
  {
    version: 2,
    name: "dead letters, receives by name",
    sql: `
      ALTER TABLE messages ADD COLUMN origin TEXT;
      ALTER TABLE messages ADD COLUMN received_at INTEGER;
      -- receipts: a list of [sequence, receipt], all of which were hidden until visible_at.
      CREATE TABLE attempts (
        queue INTEGER NOT NULL, id TEXT NOT NULL, receipts TEXT NOT NULL, visible_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        PRIMARY KEY (queue, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX attempts_expiring ON attempts (expires_at);
    `,
  },
];

/** The format that this code writes. */
export const knownFormat = migrations.length;

/** Format of the database, 0 of an empty one. */
export function readFormat(database: DatabaseSync): number {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get();
  if (table === undefined) return 0;
  return integer(database.prepare("SELECT max(version) AS version FROM migrations").get()?.["version"]);
}

/** Brings the database to the known format in one transaction. */
export function migrate(database: DatabaseSync, nowMs: number): void {
  const format = readFormat(database);
  if (format === knownFormat) return;
  // All steps or none: a crash leaves the format that was there.
  database.exec("BEGIN IMMEDIATE");
  database.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
  for (const { version, name, sql } of migrations.slice(format)) {
    database.exec(sql);
    database.prepare("INSERT INTO migrations VALUES (?, ?, ?)").run(version, name, nowMs);
  }
  database.exec("COMMIT");
}
