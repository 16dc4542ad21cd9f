// Faults of one environment: what its guest did out of order, and what the host could not do.
import { Fault } from "../../core/faults.ts";
import type { EnvironmentEvent, EnvironmentState } from "./lifecycle.ts";

// What AWS's runtime calls its states; they show in the text that a misbehaving client gets.
const stateNames: Readonly<Record<EnvironmentState, string>> = {
  initialising: "Started",
  reinitialising: "Started",
  idle: "Ready",
  invoking: "Running",
  responded: "ResponseSent",
  resetting: "Exited",
  reset: "Exited",
  stopping: "Exited",
  stopped: "Exited",
};

const guestTargets: Readonly<Partial<Record<EnvironmentEvent, string>>> = {
  next: "Ready",
  response: "InvocationResponse",
  error: "InvocationErrorResponse",
  "init-error": "InitError",
};

/** 403 for what a guest says at the wrong time; 500 for the engine's own mistake. */
export function illegalTransition(state: EnvironmentState, event: EnvironmentEvent): Fault {
  const target = guestTargets[event];
  return new Fault({
    code: "InvalidStateTransition",
    status: target === undefined ? 500 : 403,
    message: `State transition from ${stateNames[state]} to ${target ?? event} failed for runtime. Error: State transition is not allowed`,
  });
}

export const invalidRequestId = (): Fault =>
  new Fault({ code: "InvalidRequestID", status: 400, message: "Invalid request ID" });

export const environmentStopped = (): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: "The server is stopping; the invocation was ended." });
