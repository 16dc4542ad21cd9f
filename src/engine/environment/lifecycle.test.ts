import { describe, expect, test } from "vitest";
import { Fault } from "../../core/faults.ts";
import { nextState, takesInvoke, type EnvironmentEvent, type EnvironmentState } from "./lifecycle.ts";

const events: readonly EnvironmentEvent[] = [
  "next",
  "response-begin",
  "response",
  "error",
  "init-error",
  "invoke",
  "response-end",
  "settled",
  "timeout",
  "exit",
  "gone",
  "stop",
];

/** What becomes of `state` at each event, refused ones left out. */
function allowedFrom(state: EnvironmentState): Record<string, EnvironmentState> {
  const allowed: Record<string, EnvironmentState> = {};
  for (const event of events) {
    try {
      allowed[event] = nextState(state, event);
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      expect(error).toMatchObject({ code: "InvalidStateTransition" });
    }
  }
  return allowed;
}

describe("an environment", () => {
  const failing = { timeout: "resetting", exit: "resetting", stop: "stopping" };

  test("that initialises waits for its extensions before it is idle, and is reset when its init fails", () => {
    expect(allowedFrom("initialising")).toEqual({ next: "initialised", "init-error": "resetting", ...failing });
    expect(allowedFrom("initialised")).toEqual({ next: "initialised", settled: "idle", ...failing });
  });

  test("that is idle takes an invoke, and a client that asks again", () => {
    expect(allowedFrom("idle")).toEqual({ next: "idle", invoke: "invoking", exit: "resetting", stop: "stopping" });
  });

  test("that invokes waits for one answer, and gives its event again", () => {
    expect(allowedFrom("invoking")).toEqual({ next: "invoking", "response-begin": "responding", response: "responded", error: "responded", ...failing });
    expect(allowedFrom("responding")).toEqual({ "response-end": "responded", ...failing });
  });

  test("that has responded waits for next and takes no second answer", () => {
    expect(allowedFrom("responded")).toEqual({ next: "held", ...failing });
    expect(allowedFrom("held")).toEqual({ next: "held", settled: "idle", ...failing });
  });

  test("that is being reset hears nothing of its old runtime", () => {
    expect(allowedFrom("resetting")).toEqual({ gone: "reset", exit: "resetting", stop: "stopping" });
  });

  test("that was reset starts its runtime again inside an invoke", () => {
    expect(allowedFrom("reset")).toEqual({ invoke: "reinitialising", stop: "stopping" });
  });

  test("that initialises inside an invoke goes on to the event", () => {
    expect(allowedFrom("reinitialising")).toEqual({ next: "reinitialised", "init-error": "resetting", ...failing });
    expect(allowedFrom("reinitialised")).toEqual({ next: "reinitialised", settled: "invoking", ...failing });
  });

  test("that stops only ends", () => {
    expect(allowedFrom("stopping")).toEqual({ gone: "stopped", exit: "stopping", stop: "stopping" });
  });

  test("that has stopped does nothing any more", () => {
    expect(allowedFrom("stopped")).toEqual({ stop: "stopped" });
  });

  test("tells a guest in AWS's words what it may not do", () => {
    expect(() => nextState("responded", "response")).toThrow(
      "State transition from ResponseSent to InvocationResponse failed for runtime. Error: State transition is not allowed",
    );
    expect(() => nextState("initialising", "error")).toThrow(expect.objectContaining({ status: 403 }));
    expect(() => nextState("stopped", "invoke")).toThrow(expect.objectContaining({ status: 500 }));
  });

  test("takes an invoke only when idle or reset", () => {
    const states: readonly EnvironmentState[] = ["initialising", "idle", "invoking", "responded", "resetting", "reset", "stopped"];
    expect(states.filter(takesInvoke)).toEqual(["idle", "reset"]);
  });
});
