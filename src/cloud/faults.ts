// Refusals that do not depend on what a service does: not served, not built yet, not allowed.
import type { Principal } from "../core/context.ts";
import { Fault } from "../core/faults.ts";

// 501 rather than 500: official clients retry 500, 502, 503 and 504, and asking again changes nothing.
export const serviceNotServed = (service: string): Fault =>
  new Fault({
    code: "NotImplementedException",
    status: 501,
    message: `Lambent does not serve the service ${service} yet.`,
  });

/** Between services: nobody on the wire asked for it, so it says what would help. */
export const serviceNotConfigured = (service: string): Fault =>
  new Fault({
    code: "NotImplementedException",
    status: 501,
    message:
      `Lambent does not serve the service ${service} yet and was not told where one is: ` +
      `start it with --service-endpoint ${service}=URL.`,
  });

/** What another endpoint answered. */
export const remoteRefused = (code: string, status: number, message: string, cause: unknown): Fault =>
  new Fault({ code, status, message, cause });

export const remoteNotReached = (service: string, endpoint: string, cause: unknown): Fault =>
  new Fault({
    code: "ServiceUnavailable",
    status: 503,
    message: `The service ${service} at ${endpoint} could not be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });

export const operationNotServed = (service: string, operation: string): Fault =>
  new Fault({
    code: "NotImplementedException",
    status: 501,
    message: `Lambent does not serve the operation ${service}:${operation} yet.`,
  });

export const accessDenied = (principal: Principal, service: string, operation: string): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message: `User: ${principalName(principal)} is not authorized to perform: ${service}:${operation}`,
  });

/** A role session as IAM prints it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
function principalName(principal: Principal): string {
  if (principal.kind !== "role") return principal.kind;
  const role = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(principal.roleArn);
  if (role === null) return principal.roleArn;
  return `arn:${role[1]}:sts::${role[2]}:assumed-role/${role[3]}/${principal.sessionName}`;
}
