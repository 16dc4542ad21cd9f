// Push triggers: works off what services have put into their commits to be brought to an ARN (core/delivery.ts), each
// target in a lane of its own. A delivery ends as delivered or as given up, with a record and a dead letter in the same
// commit; a target may get it twice, never not at all.
import { parseArn, type Arn } from "../../core/arn.ts";
import type { Clock } from "../../core/clock.ts";
import type { Cloud } from "../../core/cloud.ts";
import { isRegion, type CallContext, type Principal } from "../../core/context.ts";
import { deliveryLanes, sendDelivery, type Delivery, type DeliverySource } from "../../core/delivery.ts";
import { Fault } from "../../core/faults.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../observe/logger.ts";
import type { DeadEnds } from "../../store/dead-ends.ts";
import type { Json } from "../../store/json.ts";
import { openLanes, type LaneId, type Lanes } from "../../store/lanes.ts";
import type { QueuedMessage } from "../../store/queue.ts";
import { JointSettles } from "../../store/joint-settles.ts";
import type { Store } from "../../store/store.ts";
import { noSuchTarget } from "./faults.ts";
import { afterFailure, type Failure, type PushedDelivery } from "./outcome.ts";
import type { PushTarget } from "./targets/target.ts";

export interface Push {
  /** Begins to deliver, also what was left. Once, when services answer. */
  start(): void;
  /** What names of its lanes begin with. */
  readonly prefix: string;
  /** Sequences of the deliveries of a lane that are on their way now. */
  running(lane: LaneId): readonly number[];
  stop(): Promise<void>;
}

export interface PushParts {
  readonly store: Store;
  readonly cloud: Cloud;
  readonly targets: ReadonlyMap<string, PushTarget>;
  readonly deadEnds: DeadEnds;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Of AWS's delays before retries, percent. */
  readonly delayPercent: number;
}

/** To one target at once: deliveries wait for disks, and those that wait together share a sync. */
const atOnce = 32;

export function openPush(parts: PushParts): Push {
  const { store, clock, log } = parts;
  const stopping = new AbortController();
  const settles = new JointSettles();
  let lanes: Lanes | undefined;
  return {
    prefix: deliveryLanes,
    start() {
      lanes ??= openLanes({
        store,
        prefix: deliveryLanes,
        clock,
        width: () => atOnce,
        work: (message, lane) => work(parts, { message, lane, signal: stopping.signal, settles }),
        onError: (error, lane) => log.error({ error, lane: lane?.queue }, "delivery-failed"),
      });
    },
    running: (lane) => lanes?.running(lane) ?? [],
    async stop() {
      stopping.abort();
      await lanes?.stop();
    },
  };
}

interface Subject {
  readonly message: QueuedMessage;
  readonly lane: LaneId;
  readonly signal: AbortSignal;
  readonly settles: JointSettles;
}

async function work(parts: PushParts, subject: Subject): Promise<void> {
  const { message, lane, signal, settles } = subject;
  const { queue, partition } = lane;
  const { sequence } = message;
  const delivery = deliveryIn(message.value);
  const fault = await tryToDeliver(parts, delivery, signal);
  if (fault === undefined) {
    await settles.settle(partition, queue, sequence);
    return;
  }
  // Whatever fails now may have been ended by us: the next start tries again.
  if (signal.aborted) return;
  const failure = afterFailure(delivery, fault, { sentAtMs: message.sentAtMs, nowMs: parts.clock.now(), delayPercent: parts.delayPercent });
  if (failure.kind === "given-up") await giveUp(parts, subject, { delivery, fault, failure });
  else await partition.commit([{ kind: "postpone-message", queue, sequence, value: failure.delivery, delayMs: failure.delayMs }]);
}

/** Lanes of deliveries hold nothing else. */
const deliveryIn = (value: Json): PushedDelivery => value as PushedDelivery;

/** Why it could not be delivered; undefined: it was. */
async function tryToDeliver({ cloud, targets, ids }: PushParts, delivery: Delivery, signal: AbortSignal): Promise<Fault | undefined> {
  const arn = parseArn(delivery.target);
  const target = arn && targets.get(arn.service);
  if (arn === undefined || target === undefined) return noSuchTarget(delivery.target);
  const context = contextOf(delivery, arn, { requestId: ids.requestId(), connection: { signal } });
  try {
    await target.deliver(delivery, arn, (service, operation, input) => cloud.call(service, operation, input, context));
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

interface GivenUpDelivery {
  readonly delivery: PushedDelivery;
  readonly fault: Fault;
  readonly failure: Failure & { readonly kind: "given-up" };
}

async function giveUp({ clock, ids, log, deadEnds }: PushParts, { message, lane }: Subject, { delivery, fault, failure }: GivenUpDelivery): Promise<void> {
  const { partition, queue } = lane;
  const { reason, deadLetter } = failure;
  const { tried, ...asSent } = delivery;
  const deadLetteredTo = deadLetter === undefined ? [] : [deadLetter.target];
  const deadEnd = deadEnds.add({
    id: message.id,
    queue,
    ...(message.group === undefined ? {} : { group: message.group }),
    value: asSent,
    reason,
    message: `${fault.code}: ${fault.message}`,
    sentAtMs: message.sentAtMs,
    failedAtMs: clock.now(),
    deadLetteredTo,
  });
  const sent = deadLetter === undefined ? [] : [sendDelivery(ids.uuid(), deadLetter)];
  await partition.commit([{ kind: "settle-message", queue, sequence: message.sequence }, ...sent, deadEnd]);
  log.warn({ target: delivery.target, from: delivery.from.arn, reason, error: fault.message, retries: tried ?? 0, deadLetteredTo }, "delivery-dropped");
  await deadEnds.trim(partition);
}

function contextOf({ from, trace }: Delivery, arn: Arn, call: Pick<CallContext, "requestId" | "connection">): CallContext {
  return {
    ...call,
    account: from.account,
    region: isRegion(arn.region) ? arn.region : from.region,
    principal: principalOf(from),
    trace,
    sourceArn: from.arn,
    sourceAccount: from.account,
    sourceAddress: "internal",
    userAgent: undefined,
    // Nothing that is delivered to hands out links.
    endpoint: "http://localhost",
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html: destinations are the execution role's. */
const principalOf = ({ principal, roleArn, arn }: DeliverySource): Principal =>
  roleArn === undefined
    ? { kind: "service", service: principal }
    : { kind: "role", accessKeyId: "internal", roleArn, sessionName: arn.split(":").at(-1) ?? principal, functionArn: arn };
