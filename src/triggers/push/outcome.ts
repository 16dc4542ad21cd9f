// What becomes of a delivery that failed: tried again, or given up with what is sent to its dead-letter queue. Nothing
// but rules.
import type { Delivery, DeliveryAttributes } from "../../core/delivery.ts";
import type { Fault } from "../../core/faults.ts";
import { delayBefore } from "./schedules.ts";

/** As it lies in its lane; plain JSON. */
export type PushedDelivery = Delivery & {
  /** Times that it was tried; left out: never. */
  readonly tried?: number;
};

export type Failure =
  | { readonly kind: "again"; readonly delivery: PushedDelivery; readonly delayMs: number }
  | { readonly kind: "given-up"; readonly reason: GivenUp; readonly deadLetter: Delivery | undefined };

/** The limit that was reached, or an error that no retry heals. */
export type GivenUp = "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | "DeliveryRefused";

interface Circumstances {
  readonly sentAtMs: number;
  readonly nowMs: number;
  readonly delayPercent: number;
}

export function afterFailure({ tried = 0, ...delivery }: PushedDelivery, fault: Fault, { sentAtMs, nowMs, delayPercent }: Circumstances): Failure {
  const { attempts, maxAgeSeconds } = delivery.retry;
  const delayMs = delayBefore(tried + 1, delivery.retry, delayPercent);
  const givenUp = (reason: GivenUp): Failure => ({ kind: "given-up", reason, deadLetter: deadLetterOf(delivery, fault, { reason, tried }) });
  if (!passes(fault)) return givenUp("DeliveryRefused");
  if (tried >= attempts) return givenUp("MaximumRetryAttempts");
  if (nowMs + delayMs - sentAtMs > maxAgeSeconds * 1_000) return givenUp("MaximumEventAgeInSeconds");
  return { kind: "again", delivery: { ...delivery, tried: tried + 1 }, delayMs };
}

/** 409: a function in a state that passes. 501: what Lambent does not serve, it will not serve later. */
function passes({ status, code }: Fault): boolean {
  if (status === 501) return false;
  return status >= 500 || status === 429 || status === 409 || /throttl/i.test(code);
}

/** Like any other delivery, but that its own failure ends with a record. */
const retry = { attempts: 185, maxAgeSeconds: 86_400, schedule: "exponential" } as const;

function deadLetterOf(delivery: Delivery, fault: Fault, { reason, tried }: { readonly reason: GivenUp; readonly tried: number }): Delivery | undefined {
  const { deadLetter, body, attributes, parameters, from, trace } = delivery;
  if (deadLetter === undefined) return undefined;
  const { code, message, condition, attempts } = deadLetter.tells ?? {};
  const isExhausted = reason !== "DeliveryRefused";
  const told: [string | undefined, string][] = [
    [code, errorCodeOf(fault)],
    // Neither SQS nor SNS takes an empty value.
    [message, fault.message || fault.code],
    [isExhausted ? condition : undefined, reason],
    [isExhausted ? attempts : undefined, String(tried)],
  ];
  const why: DeliveryAttributes = Object.fromEntries(told.flatMap(([name, value]) => (name === undefined ? [] : [[name, { type: "String", value }]])));
  // What is sent unchanged keeps its attributes, too.
  const own = deadLetter.body === undefined ? attributes : undefined;
  const { messageGroupId, deduplicationId } = parameters ?? {};
  return {
    target: deadLetter.arn,
    body: deadLetter.body ?? body,
    attributes: { ...own, ...deadLetter.attributes, ...why },
    ...(deadLetter.arn.endsWith(".fifo") && messageGroupId !== undefined
      ? { parameters: { messageGroupId, ...(deduplicationId === undefined ? {} : { deduplicationId }) } }
      : {}),
    from,
    retry,
    ...(trace === undefined ? {} : { trace }),
  };
}

/** As EventBridge calls them. */
function errorCodeOf({ status, code }: Fault): string {
  if (status === 403 && !/throttl/i.test(code)) return "NO_PERMISSIONS";
  if (status === 404 || /NonExistent|DoesNotExist|NotFound/.test(code)) return "NO_RESOURCE";
  if (status === 429 || /throttl/i.test(code)) return "THROTTLING";
  if (status === 503) return "CONNECTION_FAILURE";
  return status < 500 ? "SDK_CLIENT_ERROR" : "ERROR_FROM_TARGET";
}
