// Faults of invoking that are not of one environment.
import { Fault } from "../core/faults.ts";

/** Which limit was hit, of those that AWS names. */
type ConcurrencyReason = "ConcurrentInvocationLimitExceeded" | "ReservedFunctionConcurrentInvocationLimitExceeded";
type RateReason = "FunctionInvocationRateLimitExceeded" | "ReservedFunctionInvocationRateLimitExceeded" | "CallerRateLimitExceeded";

const rateReasons: ReadonlySet<string> = new Set<RateReason>([
  "FunctionInvocationRateLimitExceeded",
  "ReservedFunctionInvocationRateLimitExceeded",
  "CallerRateLimitExceeded",
]);

/** Rates refill within the second, which Retry-After says; when an invoke ends nobody knows. */
export const tooManyRequests = (reason: ConcurrencyReason | RateReason): Fault =>
  new Fault({
    code: "TooManyRequestsException",
    status: 429,
    message: "Rate Exceeded.",
    members: { Reason: reason, Type: "User", ...(rateReasons.has(reason) ? { retryAfterSeconds: "1" } : {}) },
  });

export const engineStopping = (): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: "The server is stopping and takes no more invocations." });

/** The text is that of the service model; AWS's own is not recorded. */
export const recursiveInvocation = (): Fault =>
  new Fault({
    code: "RecursiveInvocationException",
    status: 400,
    message:
      "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources " +
      "and stopped your function's invocation.",
  });
