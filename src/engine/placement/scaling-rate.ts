// How many environments invokes of one function may start: 1,000 at once and 100 a second, which is 1,000 in ten
// seconds without saving any up. Binds with `--quotas aws`.
// https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
import type { Clock } from "../../core/clock.ts";
import { TokenBucket } from "../../core/token-bucket.ts";

const most = 1000;
const perSecond = 100;

export interface ScalingRate {
  /** False: no further one for now. */
  take(): boolean;
}

export const unlimitedScaling: ScalingRate = { take: () => true };

export function awsScaling(clock: Clock): ScalingRate {
  const bucket = new TokenBucket(clock);
  return { take: () => bucket.take(perSecond, most) };
}
