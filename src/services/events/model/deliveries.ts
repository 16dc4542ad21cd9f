// What a rule wants brought to one of its targets.
import type { Scope } from "../../../core/context.ts";
import { type Delivery, sendDelivery } from "../../../core/delivery.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { limits } from "../limits.ts";
import type { BusEvent } from "./event.ts";
import { busLane } from "./bus-to-bus.ts";
import { eventsPrincipal } from "./names.ts";
import type { ActiveRule, ActiveTarget } from "./rule-catalog.ts";

interface Sending {
  readonly scope: Scope;
  readonly id: string;
  readonly rule: Pick<ActiveRule, "arn" | "name">;
}

/** Undefined: what the target's input makes of the event is nothing that can be sent, and AWS drops it. */
export function deliver(event: BusEvent, { target, input }: ActiveTarget, { scope, id, rule }: Sending): StoreOperation | undefined {
  const body = input(event, rule);
  if (body === undefined) return undefined;
  if (target.Arn.includes(":events:")) return busLane(event, { id, rule, target });
  const { Arn, RoleArn, RetryPolicy, DeadLetterConfig, SqsParameters } = target;
  const delivery: Delivery = {
    target: Arn,
    body,
    from: {
      principal: eventsPrincipal,
      arn: rule.arn,
      account: scope.account,
      region: scope.region,
      ...(RoleArn === undefined ? {} : { roleArn: RoleArn }),
    },
    retry: {
      attempts: RetryPolicy?.MaximumRetryAttempts ?? limits.retryAttempts,
      maxAgeSeconds: RetryPolicy?.MaximumEventAgeInSeconds ?? limits.retryAgeSeconds,
      schedule: "exponential",
    },
    ...(SqsParameters?.MessageGroupId === undefined ? {} : { parameters: { messageGroupId: SqsParameters.MessageGroupId } }),
    ...(DeadLetterConfig?.Arn === undefined
      ? {}
      : {
          deadLetter: {
            arn: DeadLetterConfig.Arn,
            // Not what the target would have got.
            body: event.text,
            attributes: { RULE_ARN: { type: "String", value: rule.arn }, TARGET_ARN: { type: "String", value: Arn } },
            tells: { code: "ERROR_CODE", message: "ERROR_MESSAGE", condition: "EXHAUSTED_RETRY_CONDITION", attempts: "RETRY_ATTEMPTS" },
          },
        }),
    ...(event.trace === undefined ? {} : { trace: event.trace }),
  };
  return sendDelivery(id, delivery);
}
