// Asynchronous invokes: an event is on disk before it is accepted, and is dealt with until it is handled or dropped, with
// a record of that. One lane for each function; what becomes of an event is one commit together with what is delivered.
import { systemClock, type Clock } from "../../core/clock.ts";
import { isAccountId, isRegion } from "../../core/context.ts";
import { sendDelivery, type Delivery } from "../../core/delivery.ts";
import { Fault } from "../../core/faults.ts";
import type { Ids, RequestId } from "../../core/ids.ts";
import type { FunctionCatalog, ResolvedFunction } from "../../functions/catalog.ts";
import type { FunctionId } from "../../functions/function-version.ts";
import type { Logger } from "../../observe/logger.ts";
import type { DeadEnd, DeadEnds } from "../../store/dead-ends.ts";
import { openLanes, type LaneId, type LaneRest, type Lanes } from "../../store/lanes.ts";
import type { StoreOperation } from "../../store/operation.ts";
import type { QueuedMessage } from "../../store/queue.ts";
import { JointSettles } from "../../store/joint-settles.ts";
import type { Store } from "../../store/store.ts";
import type { Engine, InvokeRequest } from "../engine.ts";
import { traceOrNew } from "../trace.ts";
import { deliveriesOfDropped, deliveriesOfHandled } from "./aftermath.ts";
import { Burst } from "./burst.ts";
import { Pace } from "./pace.ts";
import { anew, eventIn, eventLanes, laneOf, type QueuedEvent } from "./queued-event.ts";
import { dropBefore, verdictOn, type Attempt, type Circumstances, type Dropped } from "./verdict.ts";

export interface AsyncInvokes {
  /** Resolves when the event is durable. Faults: those of finding the function, and of a disk that refuses. */
  accept(request: Pick<InvokeRequest, "function" | "qualifier" | "payload" | "requestId" | "trace">): Promise<void>;
  /** Begins to work off what was accepted, also before. Once, when environments may start. */
  start(): void;
  /** What names of its lanes begin with. */
  readonly prefix: string;
  /** Sequences of the events of a lane that are worked on now. */
  running(lane: LaneId): readonly number[];
  /** Begins no more; resolves when what runs has ended, which it does no later than the engine. */
  stop(): Promise<void>;
}

export interface AsyncInvokesParts {
  readonly store: Store;
  readonly engine: Pick<Engine, "invoke">;
  readonly catalog: FunctionCatalog;
  readonly deadEnds: DeadEnds;
  /** Of what waits: virtual where time is. */
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly settings: AsyncSettings;
}

export interface AsyncSettings {
  /** Invokes at once in one account and region. */
  readonly concurrency: number;
  /** Events of one function at once to begin with; about twice the processors. */
  readonly leastAtOnce: number;
  /** Of AWS's delays before retries, percent. */
  readonly delayPercent: number;
}

export function openAsyncInvokes(parts: AsyncInvokesParts): AsyncInvokes {
  const { store, catalog, clock, ids, log } = parts;
  const work = new EventWork(parts);
  let lanes: Lanes | undefined;
  /** Lanes that wait for a burst to be over. */
  const held = new Set<LaneId>();
  const burst = new Burst(systemClock, () => {
    const waiting = [...held];
    held.clear();
    for (const lane of waiting) lanes?.lookAgain(lane);
  });
  const widthOf = (lane: LaneId): number => {
    if (!burst.isOn) return work.paceOf(lane).width;
    held.add(lane);
    return 0;
  };
  return {
    prefix: eventLanes,
    async accept({ function: id, qualifier, payload, requestId, trace }) {
      const resolving = catalog.resolve(id, qualifier);
      if (resolving instanceof Promise) await resolving;
      const event: QueuedEvent = {
        requestId,
        payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString(),
        trace: traceOrNew(trace, clock, ids),
        failures: 0,
        refusals: 0,
        ...(qualifier === undefined ? {} : { qualifier }),
      };
      const partition = store.partition({ account: id.account, region: id.region, service: "lambda" });
      burst.begin();
      try {
        await partition.commit([{ kind: "send-message", queue: laneOf(id), id: requestId, value: event }]);
      } finally {
        burst.end();
      }
    },
    start() {
      lanes ??= openLanes({
        store,
        prefix: eventLanes,
        clock,
        width: widthOf,
        work: (message, lane, free) => work.run(message, lane, free),
        onError: (error, lane) => log.error({ error, lane: lane?.queue }, "asynchronous-invoke-failed"),
      });
    },
    running: (lane) => lanes?.running(lane) ?? [],
    async stop() {
      work.stop();
      await lanes?.stop();
    },
  };
}

/** One attempt on an event, and the commit that follows from it. */
class EventWork {
  readonly #parts: AsyncInvokesParts;
  readonly #settles = new JointSettles();
  readonly #paces = new WeakMap<LaneId, Pace>();
  #isStopping = false;

  constructor(parts: AsyncInvokesParts) {
    this.#parts = parts;
  }

  paceOf(lane: LaneId): Pace {
    const known = this.#paces.get(lane);
    if (known !== undefined) return known;
    const pace = new Pace(this.#parts.clock, this.#parts.settings.leastAtOnce);
    this.#paces.set(lane, pace);
    return pace;
  }

  stop(): void {
    this.#isStopping = true;
  }

  async run(message: QueuedMessage, lane: LaneId, free: () => void): Promise<LaneRest | undefined> {
    const subject = { message, lane, id: functionOf(lane), event: eventIn(message.value) };
    const resolved = await this.#resolve(subject);
    if (resolved instanceof Fault) return this.#settle(subject, undefined, { kind: "refused", fault: resolved });
    const pace = this.paceOf(lane);
    const isBlocked = this.#adjust(pace, resolved);
    const dropped = dropBefore(subject.event, isBlocked, this.#circumstances(subject, resolved));
    if (dropped !== undefined) return this.#drop(subject, resolved, dropped);
    const attempt = await pace.run(() => this.#attempt(subject));
    const hasFailed = attempt.kind === "refused" || attempt.outcome.functionError !== undefined;
    // Whatever ends now may have been ended by us: the next start tries again.
    if (this.#isStopping && hasFailed) return undefined;
    if (attempt.kind === "ran") {
      pace.ended();
      free();
    }
    await this.#settle(subject, resolved, attempt);
    if (attempt.kind === "refused" && attempt.fault.status === 429) return { restMs: (pace.throttled() * this.#parts.settings.delayPercent) / 100 };
    return undefined;
  }

  async #resolve({ id, event }: Subject): Promise<ResolvedFunction | Fault> {
    try {
      return await this.#parts.catalog.resolve(id, event.qualifier);
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  async #attempt({ id, event }: Subject): Promise<Attempt> {
    const { qualifier, payload, requestId, trace } = event;
    try {
      const outcome = await this.#parts.engine.invoke({
        function: id,
        qualifier,
        payload: Buffer.from(payload),
        // It was one when the event was accepted.
        requestId: requestId as RequestId,
        clientContext: undefined,
        trace,
        logTail: false,
      });
      return { kind: "ran", outcome };
    } catch (error) {
      if (error instanceof Fault) return { kind: "refused", fault: error };
      throw error;
    }
  }

  async #settle(subject: Subject, resolved: ResolvedFunction | undefined, attempt: Attempt): Promise<undefined> {
    const { lane, message } = subject;
    const { queue, partition } = lane;
    const { sequence } = message;
    const verdict = verdictOn(subject.event, attempt, this.#circumstances(subject, resolved));
    if (verdict.kind === "dropped") return this.#drop(subject, resolved, verdict);
    if (verdict.kind === "handled") {
      const deliveries = resolved === undefined ? [] : deliveriesOfHandled({ ...subject, resolved, nowMs: this.#parts.clock.now() }, verdict.run);
      if (deliveries.length === 0) await this.#settles.settle(partition, queue, sequence);
      else await partition.commit([{ kind: "settle-message", queue, sequence }, ...this.#sent(deliveries)]);
    } else {
      await partition.commit([{ kind: "postpone-message", queue, sequence, value: verdict.event, delayMs: verdict.delayMs }]);
    }
    return undefined;
  }

  async #drop(subject: Subject, resolved: ResolvedFunction | undefined, dropped: Dropped): Promise<undefined> {
    const { lane, id, message } = subject;
    const { clock, log, deadEnds } = this.#parts;
    const nowMs = clock.now();
    const deliveries = resolved === undefined ? [] : deliveriesOfDropped({ ...subject, resolved, nowMs }, dropped);
    const deadLetteredTo = deliveries.map(({ target }) => target);
    const { reason, event } = dropped;
    const deadEnd: DeadEnd = {
      id: message.id,
      queue: lane.queue,
      value: anew(event),
      reason,
      message: dropped.message,
      sentAtMs: message.sentAtMs,
      failedAtMs: nowMs,
      deadLetteredTo,
    };
    const settled: StoreOperation = { kind: "settle-message", queue: lane.queue, sequence: message.sequence };
    await lane.partition.commit([settled, ...this.#sent(deliveries), deadEnds.add(deadEnd)]);
    log.warn({ function: id.name, qualifier: event.qualifier, requestId: event.requestId, reason, message: dropped.message, failures: event.failures, deadLetteredTo }, "event-dropped");
    await deadEnds.trim(lane.partition);
    return undefined;
  }

  #sent(deliveries: readonly Delivery[]): readonly StoreOperation[] {
    return deliveries.map((delivery) => sendDelivery(this.#parts.ids.uuid(), delivery));
  }

  #circumstances({ message }: Subject, resolved: ResolvedFunction | undefined): Circumstances {
    const { clock, settings } = this.#parts;
    const { sentAtMs } = message;
    return { policy: resolved?.events ?? unknownPolicy, sentAtMs, nowMs: clock.now(), delayPercent: settings.delayPercent };
  }

  /** What the function may have by now. True: nothing. */
  #adjust(pace: Pace, { account, version }: ResolvedFunction): boolean {
    const { reserved } = account.of(version.id.name);
    const { concurrency } = this.#parts.settings;
    // Of what is for everyone, synchronous callers and other functions keep half.
    pace.allow(reserved ?? Math.floor((concurrency - account.claimed) / 2));
    return reserved === 0;
  }
}

interface Subject {
  readonly message: QueuedMessage;
  readonly lane: LaneId;
  readonly id: FunctionId;
  readonly event: QueuedEvent;
}

/** Of a function that cannot be found: how long a passing error may last. */
const unknownPolicy: Circumstances["policy"] = {
  maximumRetryAttempts: 0,
  maximumEventAgeSeconds: 21_600,
  destinations: { onSuccess: undefined, onFailure: undefined },
};

function functionOf({ partition, queue }: LaneId): FunctionId {
  const { account, region } = partition.key;
  if (!isAccountId(account) || !isRegion(region)) throw new Error(`${queue} lies in a partition of no account`);
  return { account, region, name: queue.slice(eventLanes.length) };
}
