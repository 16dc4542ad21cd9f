// Lanes: queues that Lambent works off itself, each by itself. What a lane holds is found at the start and heard of from
// then on; a message is worked on straight from the commit that sent it, or read a page at a time where more wait than
// are worked on. Nothing is written to take one: what no commit has settled when the process ends is there at its next
// start. A lane that holds nothing is no object in memory.
import type { Clock, Timer } from "../core/clock.ts";
import type { QueuedMessage, QueueNews, SentNews } from "./queue.ts";
import { CommitConflict, type Partition, type Store } from "./store.ts";

export interface LaneId {
  readonly partition: Partition;
  readonly queue: string;
}

/** The lane takes nothing new for so long; what it is at goes on. */
export interface LaneRest {
  readonly restMs: number;
}

export interface LanesParts {
  readonly store: Store;
  /** What names of these queues begin with; nobody else receives from them. */
  readonly prefix: string;
  readonly clock: Clock;
  /** How many messages of the lane may be worked on at once; 0: none before `lookAgain`. Asked each time that one may begin. */
  readonly width: (lane: LaneId) => number;
  /**
   * Settles or postpones its message by the commit of its effects. One that rejects is logged by `onError` and comes
   * back after half a minute; a CommitConflict says that the message is gone, which is no error. `free` may be called
   * when nothing but that commit is left: another message of the lane then begins in its place.
   */
  readonly work: (message: QueuedMessage, lane: LaneId, free: () => void) => Promise<LaneRest | void>;
  /** Without a lane: those that hold something could not be looked for. */
  readonly onError: (error: unknown, lane: LaneId | undefined) => void;
}

export interface Lanes {
  /** Sequences of the messages of a lane that are worked on now. */
  running(lane: LaneId): readonly number[];
  /** The width of the lane has grown by itself: begins what may begin. */
  lookAgain(lane: LaneId): void;
  /** Takes nothing more; resolves when what is worked on has ended. */
  stop(): Promise<void>;
}

/** Of one page: bounds what a lane with a long backlog holds in memory, but for one message of any size. */
const page = { limit: 64, characters: 1_000_000 };
/** A longer message waits on disk: as many as a page takes are no more than a page. */
const shortMessage = page.characters / page.limit;
const afterFailureMs = 30_000;
/** Messages of a lane that have made room and are not settled yet, at most: a disk may be slower than what is worked on. */
const mostFreed = 256;

export function openLanes(parts: LanesParts): Lanes {
  const { store, prefix, clock } = parts;
  const lanes = new Map<Partition, Map<string, Lane>>();
  const stopping = new AbortController();

  const laneOf = (partition: Partition, queue: string): Lane => {
    let ofPartition = lanes.get(partition);
    if (ofPartition === undefined) lanes.set(partition, (ofPartition = new Map<string, Lane>()));
    const known = ofPartition.get(queue);
    if (known !== undefined) return known;
    const forget = (): void => void (ofPartition.get(queue) === lane && ofPartition.delete(queue));
    const lane = new Lane({ ...parts, signal: stopping.signal, forget }, { partition, queue });
    ofPartition.set(queue, lane);
    return lane;
  };
  const unwatches: (() => void)[] = [];
  const unwatchStore = store.watchPartitions((partition) => {
    unwatches.push(partition.queues.watch(prefix, (news) => laneOf(partition, news.queue).hear(news)));
  });
  const findLeft = async (): Promise<void> => {
    for (const key of await store.partitions()) {
      const partition = store.partition(key);
      for (const queue of await partition.queues.names({ prefix, holding: true })) {
        if (stopping.signal.aborted) return;
        laneOf(partition, queue).hear({ queue, dueAtMs: clock.now() });
      }
    }
  };
  const found = findLeft().catch((error: unknown) => {
    if (!stopping.signal.aborted) parts.onError(error, undefined);
  });

  return {
    running: ({ partition, queue }) => lanes.get(partition)?.get(queue)?.running ?? [],
    lookAgain: ({ partition, queue }) => lanes.get(partition)?.get(queue)?.advance(),
    async stop() {
      stopping.abort();
      unwatchStore();
      for (const unwatch of unwatches) unwatch();
      await found;
      await Promise.all([...lanes.values()].flatMap((ofPartition) => [...ofPartition.values()].map((lane) => lane.stopped())));
    },
  };
}

interface LaneParts extends Pick<LanesParts, "clock" | "width" | "work" | "onError"> {
  readonly signal: AbortSignal;
  /** Nothing is left of it, as far as anybody knows. */
  forget(): void;
}

/**
 * INVARIANT: whatever the queue holds is in `#known`, or lies behind `#place` in a lap that is not over, or `#isBehind`
 * asks for another lap, or `#alarm` rings when it is due.
 */
class Lane {
  readonly #parts: LaneParts;
  readonly #id: LaneId;
  /** Being worked on, by sequence. */
  readonly #running = new Map<number, Promise<void>>();
  /** Of those, that count against the width. */
  #taken = 0;
  /** Read, and not begun. */
  readonly #waiting: QueuedMessage[] = [];
  /** Sequences of both: a message that is read again is not a second one. */
  readonly #known = new Set<number>();
  /** Of those, what was put off by its work, and until when. */
  readonly #comingBack = new Map<number, number>();
  /** The last message read of a lap through the queue; undefined: none is under way. */
  #place: Pick<QueuedMessage, "visibleAtMs" | "sequence"> | undefined;
  /** There was news since the lap began: what it told of may lie before `#place`. */
  #isBehind = false;
  #reading: Promise<void> | undefined;
  /** Ended while a page was read, which may still show them. */
  readonly #endedMeanwhile = new Set<number>();
  #alarm: { readonly atMs: number; readonly timer: Timer } | undefined;
  #restingUntilMs = 0;

  constructor(parts: LaneParts, id: LaneId) {
    this.#parts = parts;
    this.#id = id;
  }

  get running(): readonly number[] {
    return [...this.#running.keys()];
  }

  hear({ dueAtMs, sent, postponed }: QueueNews): void {
    // Its work has not ended yet: until then it would be passed over as known.
    if (postponed !== undefined && this.#known.has(postponed)) this.#comingBack.set(postponed, dueAtMs);
    else if (dueAtMs > this.#parts.clock.now()) this.#ringAt(dueAtMs);
    else {
      // Where more wait on disk this one is read in its turn.
      if (sent !== undefined && !this.#hasMore && this.#takes(sent)) this.#keep(sent.read());
      else this.#isBehind = true;
      this.advance();
    }
  }

  /** Resolves when what is worked on has ended; nothing new begins once the signal has aborted. */
  async stopped(): Promise<void> {
    this.#alarm?.timer.cancel();
    await Promise.all([this.#reading, ...this.#running.values()]);
  }

  get #hasMore(): boolean {
    return this.#isBehind || this.#place !== undefined || this.#reading !== undefined;
  }

  get #hasRoom(): boolean {
    const { signal, clock, width } = this.#parts;
    return !signal.aborted && this.#restingUntilMs <= clock.now() && this.#running.size - this.#taken < mostFreed && this.#taken < width(this.#id);
  }

  #takes({ characters }: SentNews): boolean {
    return this.#waiting.length === 0 ? this.#hasRoom || characters <= shortMessage : this.#waiting.length < page.limit && characters <= shortMessage;
  }

  #keep(message: QueuedMessage): void {
    this.#known.add(message.sequence);
    this.#waiting.push(message);
  }

  /** Begins what may begin, and reads on where too little is left for that. */
  advance(): void {
    if (this.#parts.signal.aborted) return;
    while (this.#waiting.length > 0 && this.#hasRoom) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#begin(next);
    }
    if (this.#known.size === 0 && !this.#hasMore && this.#alarm === undefined) this.#parts.forget();
    else if (this.#reading === undefined && this.#isShort) this.#read();
  }

  /** A lap goes on ahead of need; one begins when there is room only, since its first pages show what runs. */
  get #isShort(): boolean {
    if (this.#place !== undefined) return this.#waiting.length <= page.limit / 2;
    return this.#isBehind && this.#waiting.length === 0 && this.#hasRoom;
  }

  #begin(message: QueuedMessage): void {
    const { sequence } = message;
    let isTaken = true;
    const free = (): void => {
      if (isTaken) this.#taken -= 1;
      isTaken = false;
    };
    this.#taken += 1;
    const freeEarly = (): void => {
      free();
      this.advance();
    };
    const work = this.#workOn(message, freeEarly).finally(() => {
      free();
      this.#running.delete(sequence);
      this.#known.delete(sequence);
      if (this.#reading !== undefined) this.#endedMeanwhile.add(sequence);
      const dueAtMs = this.#comingBack.get(sequence);
      this.#comingBack.delete(sequence);
      if (dueAtMs !== undefined) this.hear({ queue: this.#id.queue, dueAtMs });
      this.advance();
    });
    this.#running.set(sequence, work);
  }

  async #workOn(message: QueuedMessage, free: () => void): Promise<void> {
    const { work, clock, signal, onError } = this.#parts;
    try {
      const rest = await work(message, this.#id, free);
      if (!rest) return;
      this.#restingUntilMs = Math.max(this.#restingUntilMs, clock.now() + rest.restMs);
      clock.after(rest.restMs, () => this.advance());
    } catch (error) {
      if (error instanceof CommitConflict || signal.aborted) return;
      onError(error, this.#id);
      await this.#putOff(message);
    }
  }

  async #putOff({ sequence, value }: QueuedMessage): Promise<void> {
    const { partition, queue } = this.#id;
    try {
      await partition.commit([{ kind: "postpone-message", queue, sequence, value, delayMs: afterFailureMs }]);
    } catch (error) {
      // It is as it was, and the alarm brings it back all the same.
      this.#ringAt(this.#parts.clock.now() + afterFailureMs);
      if (!(error instanceof CommitConflict)) this.#parts.onError(error, this.#id);
    }
  }

  #read(): void {
    this.#reading = this.#readPage()
      .catch((error: unknown) => {
        if (this.#parts.signal.aborted) return;
        this.#parts.onError(error, this.#id);
        this.#ringAt(this.#parts.clock.now() + afterFailureMs);
      })
      .finally(() => {
        this.#reading = undefined;
        this.#endedMeanwhile.clear();
        this.advance();
      });
  }

  /** Goes on with the lap, or begins one. */
  async #readPage(): Promise<void> {
    if (this.#place === undefined) this.#isBehind = false;
    const { partition, queue } = this.#id;
    const messages = await partition.queues.due(queue, { ...page, after: this.#place });
    this.#place = undefined;
    for (const message of messages) {
      if (message.visibleAtMs > this.#parts.clock.now()) {
        this.#ringAt(message.visibleAtMs);
        return;
      }
      if (!this.#known.has(message.sequence) && !this.#endedMeanwhile.has(message.sequence)) this.#keep(message);
    }
    // An empty page is the end; a short one need not be, where its messages are long.
    this.#place = messages.at(-1);
  }

  #ringAt(atMs: number): void {
    if (this.#parts.signal.aborted || (this.#alarm !== undefined && this.#alarm.atMs <= atMs)) return;
    this.#alarm?.timer.cancel();
    const { clock } = this.#parts;
    const timer = clock.after(atMs - clock.now(), () => {
      this.#alarm = undefined;
      this.#isBehind = true;
      this.advance();
    });
    this.#alarm = { atMs, timer };
  }
}
