// The queues of an account and region in memory, as the store's news keep them: calls look a queue up without reading.
import type { CallContext } from "../../core/context.ts";
import { CommitConflict, type Partition, type Store } from "../../store/store.ts";
import type { StoreOperation } from "../../store/operation.ts";
import type { Json } from "../../store/json.ts";
import { queueNotFound } from "./faults/queues.ts";
import { locateQueue, type QueueId } from "./model/queue-address.ts";
import type { Queue, QueueRecord } from "./model/queue.ts";
import { QueueShelf } from "./queue-shelf.ts";

const collection = "queues";

type Scope = Pick<QueueId, "account" | "region">;

export class QueueCatalog {
  readonly #store: Store;
  readonly #shelves = new Map<string, QueueShelf | Promise<QueueShelf>>();
  readonly #ends: (() => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  partition({ account, region }: Scope): Partition {
    return this.#store.partition({ account, region, service: "sqs" });
  }

  /** Undefined: there is none. A promise only until the queues of its account and region have been read once. */
  find(id: QueueId): Queue | undefined | Promise<Queue | undefined> {
    const shelf = this.#shelf(id);
    return shelf instanceof Promise ? shelf.then((read) => read.queues.get(id.name)) : shelf.queues.get(id.name);
  }

  /** By its URL or bare name. Fault: there is none. */
  async require(url: string, context: CallContext): Promise<Queue> {
    const finding = this.find(locateQueue(url, context));
    const queue = finding instanceof Promise ? await finding : finding;
    if (queue === undefined) throw queueNotFound();
    return queue;
  }

  /** All queues of an account and region, by name. */
  async list(scope: Scope): Promise<readonly Queue[]> {
    const { queues } = await this.#shelf(scope);
    return [...queues.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /**
   * Reads, decides and writes if nothing changed meanwhile, else again. `decide` gets the queue as it is now, or undefined,
   * and says what becomes of it: nothing where it returns undefined.
   */
  async change(id: QueueId, decide: (queue: Queue | undefined) => QueueChange | undefined | Promise<QueueChange | undefined>): Promise<void> {
    for (;;) {
      const shelf = await this.#shelf(id);
      const queue = shelf.queues.get(id.name);
      const change = await decide(queue);
      if (change === undefined) return;
      // From here on nobody finds a queue that is about to go: what is sent to it would belong to nothing.
      const expect = queue?.revision ?? "absent";
      if (change.record === undefined) shelf.queues.delete(id.name);
      try {
        await this.partition(id).commit([...operationsOf(id.name, change.record, expect), ...(change.along ?? [])]);
        return;
      } catch (error) {
        if (change.record === undefined && queue !== undefined && !shelf.queues.has(id.name)) shelf.queues.set(id.name, queue);
        if (!(error instanceof CommitConflict)) throw error;
      }
    }
  }

  /** Deletes what is older than the queue keeps anything. */
  async expire(queue: Queue, nowMs: number): Promise<void> {
    const partition = this.partition(queue);
    for (let expired = 1; expired > 0; ) {
      [{ expired }] = await partition.commit([{ kind: "expire-messages", queue: queue.messages, sentBeforeMs: nowMs - queue.retentionMs }]);
    }
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #shelf(scope: Scope): QueueShelf | Promise<QueueShelf> {
    const key = `${scope.account}/${scope.region}`;
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      shelf = this.#read(scope).then(
        (read) => {
          this.#shelves.set(key, read);
          return read;
        },
        (error: unknown) => {
          this.#shelves.delete(key);
          throw error;
        },
      );
      this.#shelves.set(key, shelf);
    }
    return shelf;
  }

  async #read(scope: Scope): Promise<QueueShelf> {
    const partition = this.partition(scope);
    const shelf = new QueueShelf(scope);
    const end = partition.watch(collection, (changes) => {
      for (const change of changes) shelf.put(change.key, change.kind === "put" ? change : undefined);
    });
    try {
      shelf.fill(await partition.scan(collection));
    } catch (error) {
      end();
      throw error;
    }
    this.#ends.push(end);
    return shelf;
  }
}

export interface QueueChange {
  /** Undefined: the queue goes, and its messages with it. */
  readonly record: QueueRecord | undefined;
  readonly along?: readonly StoreOperation[];
}

function operationsOf(name: string, record: QueueRecord | undefined, expect: number | "absent"): readonly StoreOperation[] {
  if (record !== undefined) return [{ kind: "put-document", collection, key: name, value: record as unknown as Json, expect }];
  return typeof expect === "number" ? [{ kind: "delete-document", collection, key: name, expect }] : [];
}
