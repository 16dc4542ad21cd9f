// How many invokes a second a pool of concurrent executions takes: ten for each execution, since an environment counts
// as busy for a tenth of a second at least. Binds with `--quotas aws`.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#concurrency-vs-requests-per-second
import type { Clock } from "../../core/clock.ts";
import { TokenBucket } from "../../core/token-bucket.ts";

const perExecution = 10;

export interface RequestRate {
  /** `executions`: what the pool has now. False: too many within this second. */
  take(executions: number): boolean;
}

export const unlimitedRate: RequestRate = { take: () => true };

export function awsRate(clock: Clock): RequestRate {
  const bucket = new TokenBucket(clock);
  return { take: (executions) => bucket.take(perExecution * executions, perExecution * executions) };
}
