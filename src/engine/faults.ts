// Faults of invoking that are not of one environment.
import { Fault } from "../core/faults.ts";

/** Which limit was hit, of those that AWS names. */
export type ThrottleReason = "ConcurrentInvocationLimitExceeded" | "ReservedFunctionConcurrentInvocationLimitExceeded";

export const tooManyRequests = (reason: ThrottleReason): Fault =>
  new Fault({
    code: "TooManyRequestsException",
    status: 429,
    message: "Rate Exceeded.",
    members: { Reason: reason, Type: "User" },
  });

export const engineStopping = (): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: "The server is stopping and takes no more invocations." });
