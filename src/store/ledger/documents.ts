// Documents in SQL: point reads, writes with compare-and-set, secondary keys.
import type { ExpectedRevision, WrittenDocument } from "../operation.ts";
import { CommitConflict } from "../store.ts";
import type { DocumentRow, LedgerOperation } from "./job.ts";
import type { Numbers } from "./numbers.ts";
import { integer, text, type Statements } from "./row.ts";

type Put = LedgerOperation & { readonly kind: "put-document" };
type Delete = LedgerOperation & { readonly kind: "delete-document" };
type Check = LedgerOperation & { readonly kind: "check-document" };

/** Row number, revision and index names of what is there. */
interface Found {
  readonly row: number;
  readonly revision: number;
  readonly indexes: string | null;
}

export function readDocument(statements: Statements, partition: number, collection: string, key: string): DocumentRow | undefined {
  const row = statements.row(
    "SELECT value, revision FROM documents WHERE partition = ? AND collection = ? AND key = ?",
    partition, collection, key,
  );
  return row && { key, value: text(row[0]), revision: integer(row[1]) };
}

/** All within the transaction of its caller: what throws here is undone there. */
export class DocumentTable {
  readonly #statements: Statements;
  readonly #numbers: Numbers;

  constructor(statements: Statements, numbers: Numbers) {
    this.#statements = statements;
    this.#numbers = numbers;
  }

  put(partition: number, put: Put): WrittenDocument {
    const found = this.#expected(partition, put);
    const revision = this.#numbers.next();
    const indexes = put.indexes === undefined ? null : JSON.stringify(put.indexes);
    if (found === undefined) {
      this.#statements.run("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)", partition, put.collection, put.key, revision, put.value, indexes);
    } else {
      this.#statements.run("UPDATE documents SET revision = ?, value = ?, indexes = ? WHERE rowid = ?", revision, put.value, indexes, found.row);
    }
    // Most writes leave the secondary keys as they were. Compared as text: another order of names costs a rewrite, no more.
    if (indexes !== (found?.indexes ?? null)) {
      this.#unindex(partition, put, found);
      for (const [name, indexKey] of Object.entries(put.indexes ?? {})) {
        this.#statements.run("INSERT INTO document_indexes VALUES (?, ?, ?, ?, ?)", partition, put.collection, name, indexKey, put.key);
      }
    }
    return { revision };
  }

  /** One that is not there counts as deleted, unless a revision was expected. */
  delete(partition: number, operation: Delete): null {
    const found = this.#expected(partition, operation);
    if (found !== undefined) {
      this.#unindex(partition, operation, found);
      this.#statements.run("DELETE FROM documents WHERE rowid = ?", found.row);
    }
    return null;
  }

  /** Writes nothing; only fails the commit. */
  check(partition: number, operation: Check): null {
    this.#expected(partition, operation);
    return null;
  }

  /** What is there now. Throws CommitConflict unless it is what the operation expects. */
  #expected(partition: number, operation: Put | Delete | Check): Found | undefined {
    const { collection, key } = operation;
    const row = this.#statements.row(
      "SELECT rowid, revision, indexes FROM documents WHERE partition = ? AND collection = ? AND key = ?",
      partition, collection, key,
    );
    const found = row && { row: integer(row[0]), revision: integer(row[1]), indexes: typeof row[2] === "string" ? row[2] : null };
    const expected: ExpectedRevision | undefined = operation.expect;
    if (expected !== undefined && expected !== (found?.revision ?? "absent")) throw new CommitConflict(collection, key);
    return found;
  }

  /** The document remembers its secondary keys, so that none has to be searched for. */
  #unindex(partition: number, document: { readonly collection: string; readonly key: string }, found: Found | undefined): void {
    if (found === undefined || found.indexes === null) return;
    const indexes: Readonly<Record<string, string>> = JSON.parse(found.indexes);
    for (const [name, indexKey] of Object.entries(indexes)) {
      this.#statements.run(
        "DELETE FROM document_indexes WHERE partition = ? AND collection = ? AND name = ? AND index_key = ? AND key = ?",
        partition, document.collection, name, indexKey, document.key,
      );
    }
  }
}
