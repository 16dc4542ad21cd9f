// Brings an event that waits in a lane to the other bus: that bus's policy is asked, and its rules get the event.
import type { Scope } from "../../../core/context.ts";
import { Fault } from "../../../core/faults.ts";
import type { Clock } from "../../../core/clock.ts";
import { sendDelivery } from "../../../core/delivery.ts";
import type { Ids, RequestId } from "../../../core/ids.ts";
import type { AuthoriseUse } from "../../../core/policed-resource.ts";
import { readJsonText } from "../../../core/pattern/json-text.ts";
import type { Logger } from "../../../observe/logger.ts";
import type { LaneId } from "../../../store/lanes.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { QueuedMessage } from "../../../store/queue.ts";
import type { Records } from "../../../store/records.ts";
import { accept, consequences } from "./accept.ts";
import type { BusPassage } from "./bus-to-bus.ts";
import type { BusEvent } from "./event.ts";
import { limits } from "../limits.ts";
import { eventsPrincipal, locateBus } from "./names.ts";
import { policedBus } from "./policed-bus.ts";
import type { RuleCatalog } from "./rule-catalog.ts";

interface Parts {
  readonly records: Records;
  readonly catalog: RuleCatalog;
  readonly authorise: AuthoriseUse;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

export async function carryOver(parts: Parts, message: QueuedMessage, { partition, queue }: LaneId): Promise<undefined> {
  const { catalog, ids, log } = parts;
  const settle = { kind: "settle-message", queue, sequence: message.sequence } as const;
  // Written by `busLane`, and nothing else writes there.
  const passage = message.value as BusPassage;
  const from = partition.key as Scope & { readonly service: string };
  const event = eventOf(passage, parts.clock.now());
  const target = locateBus(passage.target, from);
  const refusal = await refusalOf(parts, { passage, from, event });
  if (refusal !== undefined) {
    log.warn({ bus: passage.target, rule: passage.rule, event: passage.id, refusal }, "event-not-carried-over");
    await partition.commit([settle, ...deadLetters(passage, { refusal, from, id: ids.uuid() })]);
    return;
  }
  if (target.account === from.account && target.region === from.region) {
    await partition.commit([settle, ...(await consequences({ catalog, ids }, { event, bus: target.bus, scope: from }))]);
    return;
  }
  // Two partitions: it may arrive twice, and never not at all.
  await accept(parts, [{ event, bus: target.bus, context: target }]);
  await partition.commit([settle]);
}

const refusals = {
  THIRD_ACCOUNT_HOP_DETECTED: "The event came from another account and cannot go on to a third.",
  NO_RESOURCE: "The event bus does not exist.",
  NO_PERMISSIONS: "The policy of the event bus does not allow it.",
} as const;
type Refusal = keyof typeof refusals;

/** Undefined: the other bus takes it. */
async function refusalOf(
  { catalog, authorise }: Parts,
  { passage, from, event }: { readonly passage: BusPassage; readonly from: Scope; readonly event: BusEvent },
): Promise<Refusal | undefined> {
  const target = locateBus(passage.target, from);
  const origin = event.node.kind === "object" ? event.node.members.get("account") : undefined;
  const isSecondHop = origin?.kind === "string" && origin.value !== from.account;
  if (isSecondHop && target.account !== from.account) return "THIRD_ACCOUNT_HOP_DETECTED";
  if (!(await catalog.has(target, target.bus))) return "NO_RESOURCE";
  // What is the account's own its roles may use, as long as no policies of identities say otherwise.
  if (target.account === from.account) return undefined;
  try {
    await authorise(policedBus(catalog, target), {
      ...from,
      principal: { kind: "service", service: eventsPrincipal },
      requestId: passage.id as RequestId,
      trace: undefined,
      sourceArn: passage.rule,
      sourceAccount: from.account,
      sourceAddress: "internal",
      userAgent: undefined,
      endpoint: "",
      connection: new AbortController(),
    });
  } catch (error) {
    if (error instanceof Fault) return "NO_PERMISSIONS";
    throw error;
  }
  return undefined;
}

const stringOf = (value: string) => ({ type: "String", value });

/** What the queue gets that is to have what was not taken. */
function deadLetters(
  { target, rule, text: body, deadLetter }: BusPassage,
  { refusal, from: { account, region }, id }: { readonly refusal: Refusal; readonly from: Scope; readonly id: string },
): readonly StoreOperation[] {
  if (deadLetter === undefined) return [];
  const attributes = { RULE_ARN: stringOf(rule), TARGET_ARN: stringOf(target), ERROR_CODE: stringOf(refusal), ERROR_MESSAGE: stringOf(refusals[refusal]) };
  const retry = { attempts: limits.retryAttempts, maxAgeSeconds: limits.retryAgeSeconds, schedule: "exponential" } as const;
  const from = { principal: eventsPrincipal, arn: rule, account, region };
  return [sendDelivery(id, { target: deadLetter, body, attributes, from, retry })];
}

const eventOf = ({ id, text, timeMs }: BusPassage, nowMs: number): BusEvent => ({ id, text, node: readJsonText(text), arrivedMs: nowMs, timeMs, trace: undefined });
