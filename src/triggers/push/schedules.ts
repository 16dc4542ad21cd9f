// How long a delivery that failed waits before it is tried again.
import type { DeliveryRetry } from "../../core/delivery.ts";

/** Seconds before the retry of that number, from 1 on. */
type Schedule = (retry: number) => number;

/** However short delays are to be: what fails again and again must not keep a processor busy. */
const leastMs = 20;

const schedules: Readonly<Record<DeliveryRetry["schedule"], Schedule>> = {
  exponential: (retry) => Math.min(300, 2 ** Math.min(retry - 1, 20)),
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html: of queues and functions. */
  sns(retry) {
    if (retry <= 3) return 0;
    if (retry <= 5) return 1;
    return retry <= 15 ? Math.min(20, 20 ** ((retry - 6) / 9)) : 20;
  },
};

/** `delayPercent`: of what AWS waits. */
export const delayBefore = (retry: number, { schedule }: DeliveryRetry, delayPercent: number): number =>
  Math.max(leastMs, schedules[schedule](retry) * 10 * delayPercent);
