// A schedule's act: what is brought to its target.
import type { Scope } from "../../../core/context.ts";
import { type Delivery, sendDelivery } from "../../../core/delivery.ts";
import type { Ids } from "../../../core/ids.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { scheduleArn, schedulerPrincipal } from "./names.ts";
import { retryPolicyOf, type ScheduleRecord } from "./schedule.ts";
import { universalAction } from "./target.ts";

interface Act {
  readonly scope: Scope;
  readonly ids: Ids;
  /** Unix epoch milliseconds. */
  readonly scheduledMs: number;
}

export function act(schedule: ScheduleRecord, { scope, ids, scheduledMs }: Act): StoreOperation {
  const { group, name, target } = schedule;
  const arn = scheduleArn(scope, group, name);
  const scheduledAt = `${new Date(scheduledMs).toISOString().slice(0, 19)}Z`;
  const body = target.Input === undefined ? notification(scope, { arn, scheduledAt, id: ids.uuid() }) : filled(target.Input, { arn, scheduledAt, id: ids.hex(8) });
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = retryPolicyOf(target);
  const delivery: Delivery = {
    target: target.Arn,
    body,
    from: { principal: schedulerPrincipal, arn, account: scope.account, region: scope.region, roleArn: target.RoleArn },
    retry: { attempts: MaximumRetryAttempts, maxAgeSeconds: MaximumEventAgeInSeconds, schedule: "exponential" },
    ...parametersOf(schedule),
    ...(target.DeadLetterConfig?.Arn === undefined ? {} : { deadLetter: deadLetter(target.DeadLetterConfig.Arn, { arn, target: target.Arn, body }) }),
  };
  return sendDelivery(ids.uuid(), delivery);
}

function parametersOf({ target }: ScheduleRecord): Pick<Delivery, "parameters"> {
  const universal = universalAction(target.Arn);
  if (universal !== undefined) return { parameters: { service: universal.service, operation: universal.operation } };
  const { SqsParameters, EventBridgeParameters } = target;
  if (SqsParameters?.MessageGroupId !== undefined) return { parameters: { messageGroupId: SqsParameters.MessageGroupId } };
  if (EventBridgeParameters === undefined) return {};
  return { parameters: { detailType: EventBridgeParameters.DetailType, source: EventBridgeParameters.Source } };
}

const text = (value: string) => ({ type: "String", value });

const deadLetter = (queue: string, { arn, target, body }: { readonly arn: string; readonly target: string; readonly body: string }): NonNullable<Delivery["deadLetter"]> => ({
  arn: queue,
  body,
  attributes: { SCHEDULE_ARN: text(arn), TARGET_ARN: text(target), IS_PAYLOAD_TRUNCATED: text("false") },
  tells: { code: "ERROR_CODE", message: "ERROR_MESSAGE", condition: "EXHAUSTED_RETRY_CONDITION", attempts: "RETRY_ATTEMPTS" },
});

interface Context {
  readonly arn: string;
  readonly scheduledAt: string;
  readonly id: string;
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const filled = (input: string, { arn, scheduledAt, id }: Context): string =>
  input
    .replaceAll("<aws.scheduler.schedule-arn>", arn)
    .replaceAll("<aws.scheduler.scheduled-time>", scheduledAt)
    .replaceAll("<aws.scheduler.execution-id>", id)
    .replaceAll("<aws.scheduler.attempt-number>", "1");

/** What a target without an input gets. */
const notification = ({ account, region }: Scope, { arn, scheduledAt, id }: Context): string =>
  JSON.stringify({ version: "0", id, "detail-type": "Scheduled Event", source: "aws.scheduler", account, time: scheduledAt, region, resources: [arn], detail: "{}" });
