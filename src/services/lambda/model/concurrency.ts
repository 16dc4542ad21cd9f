// What of an account's concurrent executions functions may claim for themselves.
import {
  provisionedAboveReserved,
  provisionedAboveUnreserved,
  reservedBelowProvisioned,
  unreservedTooLow,
} from "../faults/concurrency.ts";
import { limits } from "../limits.ts";

/**
 * What must stay unreserved: 100 on AWS, whose accounts have 1,000 executions. Of a smaller limit it is a tenth, so that
 * functions can reserve something on a small machine, too.
 */
const minimumUnreserved = (limit: number): number => Math.min(limits.unreservedConcurrency, Math.floor(limit / 10));

interface Claims {
  readonly claimedByOthers: number;
  /** Concurrent executions of the account. */
  readonly limit: number;
}

/** Faults: 400, less than what the function has provisioned, or too little left for the others. */
export function requireReservable(executions: number, provisioned: number, { claimedByOthers, limit }: Claims): void {
  if (executions < provisioned) throw reservedBelowProvisioned(executions, provisioned);
  const minimum = minimumUnreserved(limit);
  // Nothing may always be reserved: it takes nothing from others.
  if (executions > 0 && limit - claimedByOthers - executions < minimum)
    throw unreservedTooLow("ReservedConcurrentExecutions", minimum);
}

interface FunctionClaims extends Claims {
  readonly reserved: number | undefined;
  /** For other versions and aliases of the function. */
  readonly provisionedElsewhere: number;
}

/** Faults: 400, more than the function has reserved, or than the account has left. */
export function requireProvisionable(executions: number, { reserved, provisionedElsewhere, claimedByOthers, limit }: FunctionClaims): void {
  if (reserved !== undefined) {
    if (provisionedElsewhere + executions > reserved) throw provisionedAboveReserved();
    return;
  }
  const unreserved = limit - claimedByOthers - provisionedElsewhere;
  if (executions > unreserved) throw provisionedAboveUnreserved(unreserved);
  const minimum = minimumUnreserved(limit);
  if (unreserved - executions < minimum) throw unreservedTooLow("ConcurrentExecutions", minimum);
}
