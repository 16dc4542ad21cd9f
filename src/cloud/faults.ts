// Refusals that do not depend on what a service does: not served, not built yet, not allowed.
import type { CallContext } from "../core/context.ts";
import { Fault } from "../core/faults.ts";
import type { PolicedResource } from "../core/policed-resource.ts";
import { callerName } from "../core/principal-names.ts";

type Caller = Pick<CallContext, "account" | "region" | "principal">;

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

export const accessDenied = (caller: Caller, service: string, operation: string): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message: `User: ${callerName(caller)} is not authorized to perform: ${service}:${operation}`,
  });

/** `explanation`: logged for people who look after it, never sent. */
export const deniedByPolicy = (caller: Caller, { action, arn }: PolicedResource, { outcome, explanation }: PolicyRefusal): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message:
      `User: ${callerName(caller)} is not authorized to perform: ${action} on resource: ${arn} ` +
      (outcome === "explicit-deny"
        ? "with an explicit deny in a resource-based policy"
        : `because no resource-based policy allows the ${action} action`),
    cause: new Error(explanation),
  });

interface PolicyRefusal {
  readonly outcome: "explicit-deny" | "implicit-deny";
  readonly explanation: string;
}
