// The queues of an account and region: changed in the store, and kept in memory by its news, so that calls look a queue up
// without reading.
import type { CallContext, Scope } from "../../core/context.ts";
import { commitChangeOf } from "../../store/change.ts";
import { Collection } from "../../store/collection.ts";
import type { StoreOperation } from "../../store/operation.ts";
import { Records } from "../../store/records.ts";
import type { Partition, Store } from "../../store/store.ts";
import { queueNotFound, tooManyConflicts } from "./faults/queues.ts";
import { locateQueue, queueArn, type QueueId } from "./model/queue-address.ts";
import { openQueue, type Queue, type QueueRecord } from "./model/queue.ts";

const queueRecords = new Collection<QueueRecord>("queues");

/** Of one account and region. */
interface Shelf {
  readonly queues: Map<string, Queue>;
  /** Undefined once all have been read. */
  reading: Promise<void> | undefined;
}

export interface QueueChange {
  /** Undefined: the queue goes, and its messages with it. */
  readonly record: QueueRecord | undefined;
  readonly along?: readonly StoreOperation[];
}

export class QueueCatalog {
  readonly records: Records;
  readonly #shelves = new Map<string, Shelf>();

  constructor(store: Store) {
    this.records = new Records(store, { service: "sqs", tooManyConflicts });
  }

  partition(scope: Scope): Partition {
    return this.records.partition(scope);
  }

  /** Undefined: there is none. A promise only until the queues of its account and region have been read once. */
  find(id: QueueId): Queue | undefined | Promise<Queue | undefined> {
    const { queues, reading } = this.#shelf(id);
    return reading === undefined ? queues.get(id.name) : reading.then(() => queues.get(id.name));
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
    const { queues, reading } = this.#shelf(scope);
    await reading;
    return [...queues.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** `decide` gets the queue as it is now, or undefined, and says what becomes of it: nothing where it returns undefined. */
  change(id: QueueId, decide: (queue: Queue | undefined) => QueueChange | undefined | Promise<QueueChange | undefined>): Promise<void> {
    return commitChangeOf(this.records, id, queueArn(id), async () => {
      const stored = await this.records.get(id, queueRecords, id.name);
      const change = await decide(stored && openQueue(id, stored.record));
      if (change === undefined) return { operations: [], result: undefined };
      const { record, along = [] } = change;
      const write = record === undefined ? queueRecords.delete(id.name, stored?.revision) : queueRecords.put(id.name, record, stored?.revision ?? "absent");
      return { operations: [write, ...along], result: undefined };
    });
  }

  /** The queue and its messages; `along` is written with it. One that is gone stays gone. */
  async delete(id: QueueId, along: readonly StoreOperation[]): Promise<void> {
    const { queues } = this.#shelf(id);
    const found = queues.get(id.name);
    // From here on nobody finds it: what is sent to a queue that goes would belong to nothing.
    queues.delete(id.name);
    try {
      await this.change(id, (queue) => queue && { record: undefined, along: [{ kind: "purge-queue", queue: queue.messages }, ...along] });
    } catch (error) {
      if (found !== undefined && !queues.has(id.name)) queues.set(id.name, found);
      throw error;
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
    this.records.close();
    this.#shelves.clear();
  }

  #shelf(scope: Scope): Shelf {
    const key = `${scope.account}/${scope.region}`;
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const { account, region } = scope;
    const queues = new Map<string, Queue>();
    const shelf: Shelf = { queues, reading: undefined };
    this.#shelves.set(key, shelf);
    shelf.reading = this.records
      .follow(scope, queueRecords, (name, record) => {
        if (record === undefined) queues.delete(name);
        else queues.set(name, openQueue({ account, region, name }, record));
      })
      .then(
        () => void (shelf.reading = undefined),
        (error: unknown) => {
          // The next call reads again.
          this.#shelves.delete(key);
          throw error;
        },
      );
    return shelf;
  }
}
