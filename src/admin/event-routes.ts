// `/_lambent/events…`: what waits in lanes, is worked on and was given up, and sending again what was.
import type { Clock } from "../core/clock.ts";
import type { Scope } from "../core/context.ts";
import { Fault } from "../core/faults.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";
import type { DeadEnd, DeadEnds } from "../store/dead-ends.ts";
import type { LaneId } from "../store/lanes.ts";
import { CommitConflict, type Partition, type Store } from "../store/store.ts";
import { json, readObject } from "./json-bodies.ts";

export interface EventRouteParts {
  readonly store: Store;
  readonly deadEnds: DeadEnds;
  readonly clock: Clock;
  /** Who works off which lanes: asynchronous invokes, deliveries. */
  readonly lanes: readonly LaneKeeper[];
}

interface LaneKeeper {
  readonly prefix: string;
  running(lane: LaneId): readonly number[];
}

/** What `lambent events` shows. */
export interface EventsAnswer {
  readonly lanes: readonly LaneSummary[];
  /** Newest first. */
  readonly givenUp: readonly GivenUpEvent[];
}

export interface LaneSummary {
  readonly service: string;
  readonly lane: string;
  readonly running: number;
  /** Due, and waiting for their turn. */
  readonly waiting: number;
  /** Waiting for their next try. */
  readonly later: number;
}

/** Without what is in it: payloads are the user's. */
export type GivenUpEvent = Omit<DeadEnd, "value" | "queue" | "group"> & Pick<LaneSummary, "service" | "lane">;

/** What `lambent events LANE` shows of each message. */
export interface WaitingEvent {
  readonly id: string;
  readonly state: "running" | "waiting" | "later";
  /** Unix epoch milliseconds. */
  readonly sentAtMs: number;
  /** When it was due, or is due next. */
  readonly dueAtMs: number;
}

const shownAtMost = 200;

export const eventRoutes = (parts: EventRouteParts): readonly ExtraRoute[] => [
  {
    // Query: `lane` for what is in that one.
    prefix: "/_lambent/events",
    access: "signed",
    respond: async ({ query }, caller) => {
      const lane = new URLSearchParams(query).get("lane");
      return json(200, lane === null ? await overview(parts, caller) : { events: await inLane(parts, caller, lane) });
    },
  },
  {
    // Body: `id`.
    prefix: "/_lambent/events/replay",
    access: "signed",
    respond: async (request, caller) => {
      const { id } = await readObject(request);
      const replayed = request.method === "POST" && typeof id === "string" && id !== "" ? await replay(parts, caller, id) : undefined;
      if (replayed === undefined) throw noSuchEvent(String(id));
      return json(200, { lane: replayed.queue });
    },
  },
];

async function partitionsOf({ store }: EventRouteParts, { account, region }: Scope): Promise<readonly Partition[]> {
  const keys = await store.partitions();
  return keys.filter((key) => key.account === account && key.region === region).map((key) => store.partition(key));
}

async function overview(parts: EventRouteParts, scope: Scope): Promise<EventsAnswer> {
  const partitions = await partitionsOf(parts, scope);
  const lanes = await Promise.all(partitions.map((partition) => summaries(parts, partition)));
  const givenUp = await Promise.all(partitions.map((partition) => givenUpIn(parts, partition)));
  return { lanes: lanes.flat(), givenUp: givenUp.flat().toSorted((a, b) => b.failedAtMs - a.failedAtMs).slice(0, shownAtMost) };
}

async function summaries({ lanes }: EventRouteParts, partition: Partition): Promise<readonly LaneSummary[]> {
  const ofKeepers = lanes.map(async (keeper): Promise<readonly LaneSummary[]> => {
    const names = await partition.queues.names({ prefix: keeper.prefix, holding: true });
    return Promise.all(
      names.map(async (queue) => {
        const { visible, inFlight, delayed } = await partition.queues.counts(queue);
        const running = keeper.running({ partition, queue }).length;
        return { service: partition.key.service, lane: queue, running, waiting: Math.max(0, visible - running), later: inFlight + delayed };
      }),
    );
  });
  return (await Promise.all(ofKeepers)).flat();
}

async function givenUpIn({ deadEnds }: EventRouteParts, partition: Partition): Promise<readonly GivenUpEvent[]> {
  const found = await deadEnds.list(partition, shownAtMost);
  return found.map(({ value: _value, group: _group, queue: lane, ...rest }) => ({ ...rest, service: partition.key.service, lane }));
}

async function inLane(parts: EventRouteParts, scope: Scope, queue: string): Promise<readonly WaitingEvent[]> {
  const keeper = parts.lanes.find(({ prefix }) => queue.startsWith(prefix));
  const partitions = keeper === undefined ? [] : await partitionsOf(parts, scope);
  const found = await Promise.all(
    partitions.map(async (partition) => {
      const running = new Set(keeper?.running({ partition, queue }));
      const messages = await partition.queues.browse(queue, { limit: shownAtMost });
      return messages.map(({ id, sequence, sentAtMs, visibleAtMs }): WaitingEvent => {
        const state = running.has(sequence) ? "running" : visibleAtMs > parts.clock.now() ? "later" : "waiting";
        return { id, state, sentAtMs, dueAtMs: visibleAtMs };
      });
    }),
  );
  return found.flat();
}

/** The first that has it: ids are UUIDs. */
async function replay(parts: EventRouteParts, scope: Scope, id: string): Promise<DeadEnd | undefined> {
  for (const partition of await partitionsOf(parts, scope)) {
    try {
      const found = await parts.deadEnds.replay(partition, id);
      if (found !== undefined) return found;
    } catch (error) {
      // Somebody else has replayed it just now.
      if (!(error instanceof CommitConflict)) throw error;
    }
  }
  return undefined;
}

const noSuchEvent = (id: string): Fault =>
  new Fault({ code: "NoSuchEvent", status: 404, message: `No event or delivery with the id ${id} was given up here.` });
