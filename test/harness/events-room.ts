// EventBridge for tests of the room: a memory store, a clock that stands still, and what was written into lanes.
import { ServiceRegistry } from "../../src/cloud/registry.ts";
import { useAuthoriser } from "../../src/cloud/authorise.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { type CallContext, isAccountId, isRegion } from "../../src/core/context.ts";
import { type Delivery, deliveryLanes } from "../../src/core/delivery.ts";
import { systemIds } from "../../src/core/ids.ts";
import { loadServiceWire } from "../../src/protocol/service-wire.ts";
import { loadValidator } from "../../src/protocol/validation/validator.ts";
import { silentLogger } from "../../src/observe/logger.ts";
import type { EventsInput, EventsOperation, EventsOutput } from "../../src/services/events/api.ts";
import { policedBuses } from "../../src/services/events/model/policed-bus.ts";
import { openEvents } from "../../src/services/events/open-events.ts";
import { eventsService } from "../../src/services/events/service.ts";
import { openMemoryStore } from "../../src/store/memory/memory-store.ts";
import type { Store } from "../../src/store/store.ts";

export interface EventsRoom extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly context: CallContext;
  /** As a client does, validation included. */
  call<Operation extends EventsOperation>(
    operation: Operation,
    input: EventsInput<Operation>,
    context?: Partial<CallContext>,
  ): Promise<EventsOutput<Operation>>;
  /** What is to be brought to a target, in the order sent; those of one account and region. */
  deliveries(target: string, context?: Partial<CallContext>): Promise<Delivery[]>;
}

const [account, region] = ["000000000000", "eu-west-1"];
if (!isAccountId(account) || !isRegion(region)) throw new Error("not an account and a region");

export const eventsContext: CallContext = {
  account,
  region,
  principal: { kind: "root", accessKeyId: "AKIATEST" },
  requestId: systemIds.requestId(),
  trace: undefined,
  sourceArn: undefined,
  sourceAccount: undefined,
  sourceAddress: "127.0.0.1",
  userAgent: undefined,
  endpoint: "http://127.0.0.1:4566",
  connection: new AbortController(),
};

/** `store`: of a room that was closed before, to see what a restart finds. */
export async function openEventsRoom({ store: given, clock = new ManualClock() }: { readonly store?: Store; readonly clock?: ManualClock } = {}): Promise<EventsRoom> {
  const store = given ?? (await openMemoryStore({ clock }));
  const authorise = useAuthoriser({ isEnforced: true, clock });
  const events = openEvents({ store, clock, ids: systemIds, log: silentLogger, authorise });
  const registry = new ServiceRegistry();
  registry.register({
    service: { name: "events", operations: eventsService(events.parts) },
    wire: () => loadServiceWire("events"),
    validator: () => loadValidator("events"),
    findResource: policedBuses(events.parts.catalog),
  });
  return {
    clock,
    store,
    context: eventsContext,
    call: (operation, input, context = {}) =>
      // The table is typed by the client: the operation answers with its output.
      registry.call("events", operation, input, { ...eventsContext, ...context }) as Promise<never>,
    async deliveries(target, context = {}) {
      const { account: owner, region: where } = { ...eventsContext, ...context };
      const { queues } = store.partition({ account: owner, region: where, service: "events" });
      const messages = await queues.browse(`${deliveryLanes}${target}`, { limit: 1000 });
      return messages.map(({ value }) => value as Delivery);
    },
    async [Symbol.asyncDispose]() {
      await events.stop();
      if (given === undefined) await store.close();
    },
  };
}
