// The queues of one account and region in memory, filled once and then kept by news.
import type { StoredDocument } from "../../store/store.ts";
import { openQueue, type Queue, type QueueRecord } from "./model/queue.ts";
import type { QueueId } from "./model/queue-address.ts";

export class QueueShelf {
  readonly queues = new Map<string, Queue>();
  readonly #scope: Pick<QueueId, "account" | "region">;
  /** Names whose news came while the rest was being read: they are newer than what was read. */
  #news: Set<string> | undefined = new Set();

  constructor({ account, region }: Pick<QueueId, "account" | "region">) {
    this.#scope = { account, region };
  }

  put(name: string, stored: Pick<StoredDocument, "value" | "revision"> | undefined): void {
    this.#news?.add(name);
    if (stored === undefined) this.queues.delete(name);
    // Nobody but this room writes these documents.
    else this.queues.set(name, openQueue({ ...this.#scope, name }, stored.value as unknown as QueueRecord, stored.revision));
  }

  fill(documents: readonly StoredDocument[]): void {
    const news = this.#news;
    this.#news = undefined;
    for (const stored of documents) if (news?.has(stored.key) !== true) this.put(stored.key, stored);
  }
}
