// Queues of one partition over its ledger, with long polls that wake at once.
import type { Clock } from "../core/clock.ts";
import { announceWith } from "./announce.ts";
import type { Json } from "./json.ts";
import type { LedgerOperation, MessageRow } from "./ledger/job.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { receiptOf } from "./ledger/messages.ts";
import { WaitingLine } from "./waiting-line.ts";
import type { OperationResult } from "./operation.ts";
import { InFlightLimit } from "./queue.ts";
import type { DuePage, QueueCounts, QueuedMessage, QueueNews, Queues, QueueSelection, ReceivedMessage, ReceiveRequest } from "./queue.ts";
import type { PartitionKey } from "./store.ts";

export class PartitionQueues implements Queues {
  readonly #partition: PartitionKey;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** Lines of the queues that someone receives from right now. */
  readonly #lines = new Map<string, WaitingLine>();
  readonly #watchers = new Set<{ readonly prefix: string; readonly listener: (news: QueueNews) => void }>();
  #stopped = false;

  constructor(partition: PartitionKey, ledger: Ledger, clock: Clock) {
    this.#partition = partition;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  async receive(queue: string, request: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    // Written so that NaN is refused, too.
    if (!(request.limit >= 1)) throw new RangeError(`cannot receive ${request.limit} messages`);
    const line = this.#lines.get(queue) ?? new WaitingLine(this.#clock);
    this.#lines.set(queue, line);
    line.enter();
    try {
      return await this.#receiveInLine(queue, request, line);
    } finally {
      if (line.leave() === 0) this.#lines.delete(queue);
    }
  }

  browse(queue: string, page: { readonly after?: number; readonly limit: number }): Promise<readonly QueuedMessage[]> {
    const { after = 0, limit } = page;
    return this.#ledger.read({ kind: "browse", partition: this.#partition, queue, after, limit }, queuedMessage);
  }

  async counts(queue: string): Promise<QueueCounts> {
    const job = { kind: "counts", partition: this.#partition, queue, nowMs: this.#clock.now() } as const;
    const [counts] = await this.#ledger.read(job, (row) => row);
    return counts ?? { visible: 0, inFlight: 0, delayed: 0 };
  }

  names(which: QueueSelection = {}): Promise<readonly string[]> {
    return this.#ledger.read({ kind: "queues", partition: this.#partition, which }, (name) => name);
  }

  due(queue: string, page: DuePage): Promise<readonly QueuedMessage[]> {
    const job = { kind: "due", partition: this.#partition, queue, nowMs: this.#clock.now(), page } as const;
    return this.#ledger.read(job, queuedMessage);
  }

  watch(prefix: string, listener: (news: QueueNews) => void): () => void {
    const watcher = { prefix, listener };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Called for each operation of each durable commit: wakes one receive for what it may have made visible. */
  announce(operation: LedgerOperation, result: OperationResult, nowMs: number): void {
    if (!("queue" in operation)) return;
    const isNothingNew = result !== null && "freed" in result && !result.freed;
    if (isNothingNew) return;
    announceWith(() => this.#lines.get(operation.queue)?.wakeOne());
    for (const { prefix, listener } of this.#watchers) {
      const news = operation.queue.startsWith(prefix) ? newsOf(operation, result, nowMs) : undefined;
      if (news !== undefined) announceWith(() => listener(news));
    }
  }

  /** Waiting receives end empty. */
  stop(): void {
    this.#stopped = true;
    this.#watchers.clear();
    for (const line of this.#lines.values()) line.wakeAll();
  }

  async #receiveInLine(queue: string, request: ReceiveRequest, line: WaitingLine): Promise<readonly ReceivedMessage[]> {
    const { waitMs = 0, signal, ...take } = request;
    const endMs = this.#clock.now() + waitMs;
    for (;;) {
      const seen = line.wakes;
      const outcome = await this.#ledger.write({ kind: "receive", partition: this.#partition, queue, ...take, nowMs: this.#clock.now() });
      if (outcome.kind !== "received") throw new Error(`a receive was answered with ${outcome.kind}`);
      for (let moved = 0; moved < outcome.moved; moved += 1) this.#lines.get(take.deadLetter?.queue ?? "")?.wakeOne();
      if (outcome.isFull) throw new InFlightLimit(queue);
      if (outcome.messages.length > 0) {
        // Something may be left for the next in line.
        line.wakeAt(outcome.nextReadyAtMs);
        return outcome.messages.map(receivedMessage);
      }
      if (this.#stopped || signal?.aborted === true || this.#clock.now() >= endMs) return [];
      // A wake since `seen` may tell of a message that came too late for this receive: look again at once.
      if (line.wakes === seen) await line.wait(endMs, outcome.nextReadyAtMs, signal);
      if (this.#stopped) return [];
    }
  }
}

function newsOf(operation: LedgerOperation, result: OperationResult, nowMs: number): QueueNews | undefined {
  if (operation.kind === "settle-message") return { queue: operation.queue, dueAtMs: nowMs };
  if (operation.kind === "postpone-message") {
    return { queue: operation.queue, dueAtMs: nowMs + operation.delayMs, postponed: operation.sequence };
  }
  if (operation.kind !== "send-message" || result === null || !("duplicate" in result) || result.duplicate) return undefined;
  const { id, sequence } = result;
  const { queue, group, value, delayMs = 0 } = operation;
  const dueAtMs = nowMs + delayMs;
  if (group !== undefined || delayMs > 0) return { queue, dueAtMs };
  const row = { id, sequence, value, group: null, receiveCount: 0, sentAtMs: nowMs, visibleAtMs: dueAtMs, firstReceivedAtMs: null, receipt: 0, origin: null, receivedAtMs: null };
  return { queue, dueAtMs, sent: { characters: value.length, read: () => queuedMessage(row) } };
}

function queuedMessage(row: MessageRow): QueuedMessage {
  const { id, sequence, receiveCount, sentAtMs, visibleAtMs, group, origin } = row;
  const value: Json = JSON.parse(row.value);
  return { id, sequence, value, receiveCount, sentAtMs, visibleAtMs, ...(group === null ? {} : { group }), ...(origin === null ? {} : { origin }) };
}

const receivedMessage = (row: MessageRow): ReceivedMessage => ({
  ...queuedMessage(row),
  receipt: receiptOf(row),
  firstReceivedAtMs: row.firstReceivedAtMs ?? row.sentAtMs,
  receivedAtMs: row.receivedAtMs ?? row.sentAtMs,
});
