// Faults of one environment: what its guest did out of order, and what the host could not do.
import { Fault } from "../../core/faults.ts";

/** 403 for what a guest says at the wrong time; 500 for the engine's own mistake. States are named as AWS's runtime names them. */
export const illegalTransition = (from: string, to: string, cause: "guest" | "engine"): Fault =>
  new Fault({
    code: "InvalidStateTransition",
    status: cause === "guest" ? 403 : 500,
    message: `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`,
  });

export const invalidRequestId = (): Fault =>
  new Fault({ code: "InvalidRequestID", status: 400, message: "Invalid request ID" });

export const environmentStopped = (): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: "The server is stopping; the invocation was ended." });
