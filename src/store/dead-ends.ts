// What lanes have given up, kept with the reason for some days: nothing that was accepted goes without a trace, and a
// person can send it again. The newest of each partition; what is more, or older, goes.
import type { Clock } from "../core/clock.ts";
import { Collection } from "./collection.ts";
import type { Json } from "./json.ts";
import type { StoreOperation } from "./operation.ts";
import type { Partition } from "./store.ts";

export interface DeadEnd {
  /** That of the message: a request id, the id of a delivery. */
  readonly id: string;
  /** The lane that it was in, and into which it goes again. */
  readonly queue: string;
  readonly group?: string;
  /** What is sent when it is replayed. */
  readonly value: Json;
  readonly reason: string;
  /** In words, with what went wrong last. */
  readonly message: string;
  /** Unix epoch milliseconds. */
  readonly sentAtMs: number;
  readonly failedAtMs: number;
  /** ARNs to which it is delivered instead: dead-letter queues and destinations. */
  readonly deadLetteredTo: readonly string[];
}

const keptMs = 7 * 24 * 3_600_000;
const keptAtMost = 1_000;
/** Dead ends of a partition between two looks for what is to go. */
const betweenTrims = 100;
const byId = "id";

const deadEnds = new Collection<DeadEnd>("dead-ends", ({ id }) => ({ [byId]: id }));

/** Sixteen digits order as text as they do as numbers. */
const keyOf = ({ failedAtMs, id }: DeadEnd): string => `${String(failedAtMs).padStart(16, "0")}:${id}`;

export class DeadEnds {
  readonly #clock: Pick<Clock, "now">;
  readonly #sinceTrim = new WeakMap<Partition, number>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** For the commit that settles the message. */
  add(deadEnd: DeadEnd): StoreOperation {
    return deadEnds.put(keyOf(deadEnd), deadEnd);
  }

  /** After that commit: now and then looks for what is to go. */
  async trim(partition: Partition): Promise<void> {
    const since = this.#sinceTrim.get(partition) ?? betweenTrims;
    this.#sinceTrim.set(partition, since >= betweenTrims ? 0 : since + 1);
    if (since < betweenTrims) return;
    // Newest first: the first to go is the first that is too many or too old.
    const kept = await partition.scan(deadEnds.name, { reverse: true, limit: keptAtMost });
    const oldest = keyOf({ id: "", failedAtMs: this.#clock.now() - keptMs } as DeadEnd);
    const last = kept.findLast(({ key }) => key >= oldest)?.key;
    const before = await partition.scan(deadEnds.name, { reverse: true, limit: keptAtMost, ...(last === undefined ? {} : { after: last }) });
    if (before.length > 0) await partition.commit(before.map(({ key }) => deadEnds.delete(key)));
  }

  /** Newest first. */
  async list(partition: Partition, limit: number): Promise<readonly DeadEnd[]> {
    const found = await partition.scan(deadEnds.name, { reverse: true, limit });
    return found.map((document) => deadEnds.read(document).record);
  }

  /** Sends it again into its lane, once. Undefined: there is none of that id. */
  async replay(partition: Partition, id: string): Promise<DeadEnd | undefined> {
    const [document] = await partition.scan(deadEnds.name, { index: byId, prefix: id, limit: 1 });
    if (document === undefined || document.indexKey !== id) return undefined;
    const { record, key, revision } = deadEnds.read(document);
    const { queue, value, group } = record;
    await partition.commit([
      deadEnds.delete(key, revision),
      { kind: "send-message", queue, id, value, ...(group === undefined ? {} : { group }) },
    ]);
    return record;
  }
}
