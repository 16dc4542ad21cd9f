// The life of one extension as one table: state, event, next state. What is not in the table is refused. States are
// AWS's own, as the EXTENSION line of the log shows them.
import { illegalExtensionTransition } from "./faults.ts";

export type ExtensionState =
  /** Its process runs, or it begins to register from within the runtime. */
  | "Started"
  | "Registered"
  /** Waits for an event. */
  | "Ready"
  /** Has an event. */
  | "Running"
  /** Could not be executed. */
  | "LaunchError"
  /** Reported `/init/error` or `/exit/error`; it exits now. */
  | "InitError"
  | "ExitError"
  /** Was killed at the deadline of its shutdown. */
  | "ShutdownFailed"
  | "Exited";

/** What an extension says. */
type SaidByExtension = "register" | "next" | "init-error" | "exit-error";

/** What happens to it: it gets an event, its process cannot be started, ends, or is killed. */
type DoneToExtension = "deliver" | "launch-error" | "exit" | "shutdown-failed";

export type ExtensionTransition = SaidByExtension | DoneToExtension;

const transitions: Readonly<Record<ExtensionState, Readonly<Partial<Record<ExtensionTransition, ExtensionState>>>>> = {
  Started: { register: "Registered", "launch-error": "LaunchError", exit: "Exited", "shutdown-failed": "ShutdownFailed" },
  Registered: {
    next: "Ready",
    "init-error": "InitError",
    "exit-error": "ExitError",
    exit: "Exited",
    "shutdown-failed": "ShutdownFailed",
  },
  Ready: { deliver: "Running", "exit-error": "ExitError", exit: "Exited", "shutdown-failed": "ShutdownFailed" },
  Running: { next: "Ready", "exit-error": "ExitError", exit: "Exited", "shutdown-failed": "ShutdownFailed" },
  // What it reported stays to be seen when its process is gone; a second report changes nothing.
  InitError: { "init-error": "InitError", exit: "InitError", "shutdown-failed": "InitError" },
  ExitError: { "exit-error": "ExitError", exit: "ExitError", "shutdown-failed": "ExitError" },
  LaunchError: {},
  ShutdownFailed: { exit: "ShutdownFailed" },
  Exited: {},
};

/** What AWS calls the state that an extension asks for. `/exit/error` asks for Exited in its words. */
const targetNames: Readonly<Record<SaidByExtension, string>> = {
  register: "Registered",
  next: "Ready",
  "init-error": "InitError",
  "exit-error": "Exited",
};

const isSaid = (event: ExtensionTransition): event is SaidByExtension => Object.hasOwn(targetNames, event);

/** Throws for a pair that the table does not have: to the extension AWS's own words, else the engine's mistake. */
export function nextExtensionState(state: ExtensionState, event: ExtensionTransition, who: string): ExtensionState {
  const next = transitions[state][event];
  if (next !== undefined) return next;
  throw isSaid(event) ? illegalExtensionTransition(state, targetNames[event], who) : new TypeError(`${event} of an extension in state ${state}`);
}
