// What of an account's concurrent executions functions may claim for themselves.
import { limits } from "../limits.ts";

/**
 * What must stay unreserved: 100 on AWS, whose accounts have 1,000 executions. Of a smaller limit it is a tenth, so that
 * functions can reserve something on a small machine, too.
 */
export const minimumUnreserved = (limit: number): number => Math.min(limits.unreservedConcurrency, Math.floor(limit / 10));
