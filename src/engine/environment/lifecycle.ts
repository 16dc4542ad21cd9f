// The life of one execution environment as one table: state, event, next state. What is not in the table is refused.
// Facts: an environment is reset after a crash or a timeout and repeats its init inside the next invoke ("suppressed
// init"), https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
import { illegalTransition } from "./faults.ts";

export type EnvironmentState =
  /** The runtime starts and runs its static code, at most ten seconds. */
  | "initialising"
  /** The runtime is ready, extensions are not all. */
  | "initialised"
  /** The runtime waits for an event. */
  | "idle"
  /** An event is with the runtime. */
  | "invoking"
  /** The runtime streams its response. */
  | "responding"
  /** The event is answered; the runtime has not asked for the next one yet. */
  | "responded"
  /** The runtime asks for the next event, while extensions are still at the last one. */
  | "held"
  /** The runtime failed and its processes are being ended. */
  | "resetting"
  /** No process is left; the next invoke starts the runtime again. */
  | "reset"
  /** The runtime starts again inside an invoke, bounded by the function's timeout. */
  | "reinitialising"
  | "reinitialised"
  | "stopping"
  | "stopped";

/** What the guest says, through either front of the Runtime API. */
export type GuestEvent = "next" | "response-begin" | "response" | "error" | "init-error";

/** What the engine does, or what happens to the sandbox. */
type HostEvent =
  | "invoke"
  /** A streamed response has come to its end, good or bad; what else its guest says meanwhile is not part of it. */
  | "response-end"
  /** Every extension waits for an event, as the runtime does. */
  | "settled"
  /** The limit of the present phase is over: ten seconds of init, or the function's timeout. */
  | "timeout"
  /** The first process has ended, or said what no runtime client says. */
  | "exit"
  /** No process of the sandbox is left. */
  | "gone"
  | "stop";

export type EnvironmentEvent = GuestEvent | HostEvent;

type Transitions = Readonly<Partial<Record<EnvironmentEvent, EnvironmentState>>>;

const transitions: Readonly<Record<EnvironmentState, Transitions>> = {
  initialising: { next: "initialised", "init-error": "resetting", timeout: "resetting", exit: "resetting", stop: "stopping" },
  // A second `next`, here and below, is a client that lost its long poll, or what came of it, and asks again.
  initialised: { next: "initialised", settled: "idle", timeout: "resetting", exit: "resetting", stop: "stopping" },
  idle: { next: "idle", invoke: "invoking", exit: "resetting", stop: "stopping" },
  invoking: { next: "invoking", "response-begin": "responding", response: "responded", error: "responded", timeout: "resetting", exit: "resetting", stop: "stopping" },
  responding: { "response-end": "responded", timeout: "resetting", exit: "resetting", stop: "stopping" },
  responded: { next: "held", timeout: "resetting", exit: "resetting", stop: "stopping" },
  held: { next: "held", settled: "idle", timeout: "resetting", exit: "resetting", stop: "stopping" },
  resetting: { gone: "reset", exit: "resetting", stop: "stopping" },
  reset: { invoke: "reinitialising", stop: "stopping" },
  reinitialising: { next: "reinitialised", "init-error": "resetting", timeout: "resetting", exit: "resetting", stop: "stopping" },
  reinitialised: { next: "reinitialised", settled: "invoking", timeout: "resetting", exit: "resetting", stop: "stopping" },
  stopping: { gone: "stopped", exit: "stopping", stop: "stopping" },
  stopped: { stop: "stopped" },
};

/** What AWS's runtime calls its states; they show in the text that a misbehaving client gets. */
const stateNames: Readonly<Record<EnvironmentState, string>> = {
  initialising: "Started",
  reinitialising: "Started",
  initialised: "Ready",
  reinitialised: "Ready",
  held: "Ready",
  idle: "Ready",
  invoking: "Running",
  responding: "InvocationResponse",
  responded: "ResponseSent",
  resetting: "Exited",
  reset: "Exited",
  stopping: "Exited",
  stopped: "Exited",
};

/** What AWS's runtime calls the state that a guest asks for with each event. */
const targetNames: Readonly<Record<GuestEvent, string>> = {
  next: "Ready",
  "response-begin": "InvocationResponse",
  response: "InvocationResponse",
  error: "InvocationErrorResponse",
  "init-error": "InitError",
};

const isGuestEvent = (event: EnvironmentEvent): event is GuestEvent => Object.hasOwn(targetNames, event);

/** Throws InvalidStateTransition for a pair that the table does not have. */
export function nextState(state: EnvironmentState, event: EnvironmentEvent): EnvironmentState {
  const next = transitions[state][event];
  if (next !== undefined) return next;
  throw isGuestEvent(event)
    ? illegalTransition(stateNames[state], targetNames[event], "guest")
    : illegalTransition(stateNames[state], event, "engine");
}

/** States in which the pool may hand the environment to an invoke. */
export const takesInvoke = (state: EnvironmentState): boolean => transitions[state].invoke !== undefined;

/** States in which the runtime waits for its environment's extensions. */
export const awaitsExtensions = (state: EnvironmentState): boolean => transitions[state].settled !== undefined;

/** States of an init that is not over. */
export const isInitialising = (state: EnvironmentState): boolean =>
  state === "initialising" || state === "initialised" || state === "reinitialising" || state === "reinitialised";
