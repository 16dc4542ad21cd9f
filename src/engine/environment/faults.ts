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

/** A file of /opt/extensions cannot be executed: an outcome of the invoke. */
export const extensionLaunchError = (message: string): Fault => new Fault({ code: "Extension.LaunchError", status: 502, message });

/** Whether a start failed by the function's own fault. */
export const isStartFault = ({ code }: Fault): boolean => code === "Runtime.InvalidEntrypoint" || code === "Extension.LaunchError";

export const environmentStopped = (): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: "The server is stopping; the invocation was ended." });

// Of the Extensions API; the texts are AWS's.

const extensionFault = (code: string, message: string): Fault => new Fault({ code, status: 403, message });

const transitionFailed = (from: string, to: string, who: string, why: string): Fault =>
  extensionFault("Extension.InvalidExtensionState", `State transition from ${from} to ${to} failed for extension ${who}. Error: ${why}`);

/** `who`: its name while it registers, its identifier afterwards. */
export const illegalExtensionTransition = (from: string, to: string, who: string): Fault =>
  transitionFailed(from, to, who, "State transition is not allowed");

/** For a poll whose extension reported an error meanwhile. */
export const concurrentExtensionChange = (state: string, identifier: string): Fault =>
  transitionFailed(state, "Ready", identifier, "Concurrent state modification");

export const extensionNameTaken = (): Fault => extensionFault("Extension.InvalidExtensionState", "Extension with this name already registered");

export const registrationClosed = (): Fault => extensionFault("Extension.RegistrationClosed", "Extension registration closed already");

export const tooManyExtensions = (): Fault => extensionFault("Extension.TooManyExtensions", "Extension limit (10) reached");

export const invalidExtensionEvent = (event: string): Fault => extensionFault("Extension.InvalidEventType", `${event}: ErrorInvalidEventType`);

export const shutdownNotForInternal = (): Fault =>
  extensionFault("Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");

export const unknownExtension = (message: string): Fault => extensionFault("Extension.UnknownExtensionIdentifier", message);
