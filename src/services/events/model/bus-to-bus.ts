// From one bus to another. The event stays what it is (id, account, region), so it cannot go through PutEvents: it lies
// in a lane of its own until the other bus has taken it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
import type { StoreOperation } from "../../../store/operation.ts";
import type { BusEvent } from "./event.ts";
import type { ActiveRule } from "./rule-catalog.ts";
import type { TargetRecord } from "./rule.ts";

export const busLanes = "bus:";

/** What lies in the lane. */
export type BusPassage = {
  readonly target: string;
  readonly rule: string;
  /** ARN of the queue that gets what the other bus does not take. */
  readonly deadLetter?: string;
  readonly text: string;
  readonly id: string;
  readonly timeMs: number;
};

export const busLane = (
  { id: event, text, timeMs }: BusEvent,
  { id, rule, target }: { readonly id: string; readonly rule: Pick<ActiveRule, "arn">; readonly target: TargetRecord },
): StoreOperation => {
  const passage: BusPassage = {
    target: target.Arn,
    rule: rule.arn,
    ...(target.DeadLetterConfig?.Arn === undefined ? {} : { deadLetter: target.DeadLetterConfig.Arn }),
    text,
    id: event,
    timeMs,
  };
  return { kind: "send-message", queue: `${busLanes}${target.Arn}`, id, value: passage };
};
