// Timers as documents with their due time as a secondary key, and the wheel that wakes a listener: one alarm, set for
// the earliest.
import type { Clock, Timer } from "../core/clock.ts";
import { announceWith } from "./announce.ts";
import type { Json } from "./json.ts";
import type { LedgerOperation } from "./ledger/job.ts";
import type { Partition, StoredDocument } from "./store.ts";
import type { DueTimer, TimerOperation, Timers } from "./timer.ts";

const timers = "$timers";
/** Timers handed over and not dealt with yet; more wait until there is room. */
const handedOverAtMost = 1_000;
const pageSize = 100;
/** The alarm looks at the wall clock this often: timeouts stand still while a laptop sleeps. */
const longestAlarmMs = 60_000;

type DueListener = (due: readonly DueTimer[]) => void;

export function lowerTimer(operation: TimerOperation): LedgerOperation {
  if (operation.kind === "cancel-timer") {
    const { name, expect } = operation;
    return { kind: "delete-document", collection: timers, key: name, ...(expect === undefined ? {} : { expect }) };
  }
  const dueAtMs = Math.max(0, Math.ceil(operation.dueAtMs));
  const value = JSON.stringify({ dueAtMs, value: operation.value });
  // Sixteen digits order as text as they do as numbers.
  return { kind: "put-document", collection: timers, key: operation.name, value, indexes: { due: String(dueAtMs).padStart(16, "0") } };
}

export class PartitionTimers implements Timers {
  readonly #partition: Pick<Partition, "scan">;
  readonly #clock: Clock;
  #listener: DueListener | undefined;
  #redeliverAfterMs = 30_000;
  #alarm: { readonly atMs: number; readonly timer: Timer } | undefined;
  readonly #handedOver = new Map<string, { readonly revision: number; readonly againAtMs: number }>();
  /** Set or cancelled while a turn reads: what it read of them is out of date. */
  readonly #changed = new Set<string>();
  #turning = false;
  #turnAgain = false;

  constructor(partition: Pick<Partition, "scan">, clock: Clock) {
    this.#partition = partition;
    this.#clock = clock;
  }

  listen(listener: DueListener, options: { readonly redeliverAfterMs?: number } = {}): () => void {
    if (this.#listener !== undefined) throw new Error("the timers of this partition have a listener already");
    this.#listener = listener;
    this.#redeliverAfterMs = options.redeliverAfterMs ?? this.#redeliverAfterMs;
    void this.#turn();
    return () => {
      if (this.#listener === listener) this.stop();
    };
  }

  /** Called after each durable commit. */
  announce(operations: readonly LedgerOperation[]): void {
    if (this.#listener === undefined) return;
    for (const operation of operations) {
      if (!("collection" in operation) || operation.collection !== timers || operation.kind === "check-document") continue;
      const wasHandedOver = this.#handedOver.delete(operation.key);
      if (this.#turning) this.#changed.add(operation.key);
      if (operation.kind === "put-document") this.#ringAt(Number(operation.indexes?.["due"]));
      // There is room for one that waits.
      else if (wasHandedOver && this.#handedOver.size === handedOverAtMost - 1) this.#ringAt(this.#clock.now());
    }
  }

  stop(): void {
    this.#listener = undefined;
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
    this.#handedOver.clear();
  }

  /** Turns now or sets the alarm, unless an earlier one is set. */
  #ringAt(atMs: number): void {
    if (this.#listener === undefined) return;
    if (atMs <= this.#clock.now()) {
      void this.#turn();
      return;
    }
    if (this.#alarm !== undefined && this.#alarm.atMs <= atMs) return;
    this.#alarm?.timer.cancel();
    const delayMs = Math.min(atMs - this.#clock.now(), longestAlarmMs);
    const timer = this.#clock.after(delayMs, () => {
      this.#alarm = undefined;
      this.#ringAt(atMs);
    });
    this.#alarm = { atMs, timer };
  }

  async #turn(): Promise<void> {
    this.#turnAgain = true;
    if (this.#turning) return;
    this.#turning = true;
    try {
      while (this.#turnAgain && this.#listener !== undefined) {
        this.#turnAgain = false;
        this.#changed.clear();
        const limit = this.#handedOver.size + pageSize;
        const earliest = await this.#partition.scan(timers, { index: "due", limit });
        this.#handOver(earliest.map(timerOf), earliest.length === limit);
      }
    } catch (error) {
      // The store closed under a turn that nobody waits for any more.
      if (this.#listener !== undefined) throw error;
    } finally {
      this.#turning = false;
    }
  }

  #handOver(earliest: readonly DueTimer[], isPageFull: boolean): void {
    const nowMs = this.#clock.now();
    const current = earliest.filter(({ name }) => !this.#changed.has(name));
    const due: DueTimer[] = [];
    for (const timer of current) {
      const handed = this.#handedOver.get(timer.name);
      const againAtMs = handed?.revision === timer.revision ? handed.againAtMs : timer.dueAtMs;
      if (againAtMs > nowMs) this.#ringAt(againAtMs);
      else if (handed !== undefined || this.#handedOver.size < handedOverAtMost) {
        due.push(timer);
        this.#handedOver.set(timer.name, { revision: timer.revision, againAtMs: nowMs + this.#redeliverAfterMs });
        this.#ringAt(nowMs + this.#redeliverAfterMs);
      }
    }
    const last = earliest.at(-1);
    if (isPageFull && last !== undefined && last.dueAtMs <= nowMs && this.#handedOver.size < handedOverAtMost) this.#turnAgain = true;
    const listener = this.#listener;
    if (due.length > 0 && listener !== undefined) announceWith(() => listener(due));
  }
}

function timerOf({ key, value, revision }: StoredDocument): DueTimer {
  const { dueAtMs, value: kept } = timerValue(value);
  return { name: key, dueAtMs, value: kept, revision };
}

function timerValue(value: Json): { readonly dueAtMs: number; readonly value: Json } {
  if (typeof value !== "object" || value === null || !("dueAtMs" in value)) throw new TypeError("not a timer");
  return { dueAtMs: Number(value["dueAtMs"]), value: value["value"] ?? null };
}
