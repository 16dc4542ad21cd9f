// A kind of record and where its documents lie. One constant a kind, in the file that knows the kind.
import type { Json } from "./json.ts";
import type { ExpectedRevision, StoreOperation } from "./operation.ts";
import type { StoredDocument } from "./store.ts";

/** A record and the revision to expect when it is written back. */
export interface Stored<Content> {
  readonly key: string;
  readonly record: Content;
  readonly revision: number;
}

type IndexesOf<Content> = (record: Content, key: string) => Readonly<Record<string, string>>;

export class Collection<Content extends object> {
  readonly name: string;
  readonly #indexesOf: IndexesOf<Content>;
  readonly #complete: (record: Content) => Content;

  /**
   * `indexesOf` gives secondary keys by the name of their index; those of different accounts or regions never meet.
   * `complete` fills in what records of earlier versions of Lambent lack.
   */
  constructor(name: string, indexesOf: IndexesOf<Content> = () => ({}), complete: (record: Content) => Content = (record) => record) {
    this.name = name;
    this.#indexesOf = indexesOf;
    this.#complete = complete;
  }

  /** `expect` left out: whatever is there. Members that are undefined are left out, as JSON does. */
  put(key: string, record: Content, expect?: ExpectedRevision): StoreOperation {
    return {
      kind: "put-document",
      collection: this.name,
      key,
      value: JSON.parse(JSON.stringify(record)) as Json,
      ...(expect === undefined ? {} : { expect }),
      indexes: this.#indexesOf(record, key),
    };
  }

  delete(key: string, expect?: number): StoreOperation {
    return { kind: "delete-document", collection: this.name, key, ...(expect === undefined ? {} : { expect }) };
  }

  /** Documents of a collection were written by `put` and hold nothing else. */
  read({ key, value, revision }: Pick<StoredDocument, "key" | "value" | "revision">): Stored<Content> {
    return { key, record: this.#complete(value as unknown as Content), revision };
  }
}
