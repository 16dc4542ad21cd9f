import { describe, expect, test } from "vitest";
import { systemIds } from "../../core/ids.ts";
import type { Fault } from "../../core/faults.ts";
import type { ExtensionEvent, ExtensionPoll } from "../runtime-api/extensions-port.ts";
import { nextExtensionState, type ExtensionState, type ExtensionTransition } from "./extension-lifecycle.ts";
import { Extensions } from "./extensions.ts";

const described = { functionName: "f", functionVersion: "$LATEST", handler: "index.handler", accountId: "123456789012" };

class TestPoll implements ExtensionPoll {
  readonly events: ExtensionEvent[] = [];
  readonly faults: Fault[] = [];
  deliver(event: ExtensionEvent): void {
    this.events.push(event);
  }
  refuse(fault: Fault): void {
    this.faults.push(fault);
  }
}

const invoke: ExtensionEvent = { eventType: "INVOKE", deadlineMs: 1, requestId: "r", invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:f" };
const shutdown: ExtensionEvent = { eventType: "SHUTDOWN", shutdownReason: "spindown", deadlineMs: 2 };

function open(): { readonly extensions: Extensions; readonly progress: { count: number } } {
  const progress = { count: 0 };
  return { extensions: new Extensions(systemIds, described, () => void (progress.count += 1)), progress };
}

const stateOf = (extensions: Extensions, name: string): ExtensionState | undefined =>
  extensions.views.find((view) => view.name === name)?.state;

function ready(extensions: Extensions, name: string, events: readonly string[]): { readonly identifier: string; readonly poll: TestPoll } {
  const { identifier } = extensions.register({ name, events });
  const poll = new TestPoll();
  extensions.next(identifier, poll);
  return { identifier, poll };
}

describe("the life of an extension", () => {
  const transitions: readonly ExtensionTransition[] = [
    "register",
    "next",
    "init-error",
    "exit-error",
    "deliver",
    "launch-error",
    "exit",
    "shutdown-failed",
  ];

  const ends = { exit: "Exited", "shutdown-failed": "ShutdownFailed" };
  test.each<[ExtensionState, Readonly<Record<string, string>>]>([
    ["Started", { register: "Registered", "launch-error": "LaunchError", ...ends }],
    ["Registered", { next: "Ready", "init-error": "InitError", "exit-error": "ExitError", ...ends }],
    ["Ready", { deliver: "Running", "exit-error": "ExitError", ...ends }],
    ["Running", { next: "Ready", "exit-error": "ExitError", ...ends }],
    ["InitError", { "init-error": "InitError", exit: "InitError", "shutdown-failed": "InitError" }],
    ["ExitError", { "exit-error": "ExitError", exit: "ExitError", "shutdown-failed": "ExitError" }],
    ["LaunchError", {}],
    ["ShutdownFailed", { exit: "ShutdownFailed" }],
    ["Exited", {}],
  ])("in state %s goes on to %o, and refuses everything else", (state, allowed) => {
    for (const transition of transitions) {
      const go = (): ExtensionState => nextExtensionState(state, transition, "who");
      if (Object.hasOwn(allowed, transition)) expect(go()).toBe(allowed[transition]);
      else expect(go).toThrow(/^State transition from |^[a-z-]+ of an extension in state /);
    }
  });

  test("refuses in AWS's words", () => {
    expect(() => nextExtensionState("Ready", "next", "id")).toThrow(
      expect.objectContaining({
        code: "Extension.InvalidExtensionState",
        status: 403,
        message: "State transition from Ready to Ready failed for extension id. Error: State transition is not allowed",
      }),
    );
    expect(() => nextExtensionState("Started", "exit-error", "id")).toThrow("from Started to Exited failed for extension id");
  });
});

describe("registering", () => {
  test("tells the function, and one identifier each", () => {
    const { extensions } = open();
    extensions.launch(["a", "b"]);
    const a = extensions.register({ name: "a", events: ["INVOKE", "INVOKE", "SHUTDOWN"] });
    expect(a).toEqual({ ...described, identifier: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(extensions.isRegistered).toBe(false);
    expect(extensions.register({ name: "b", events: [] }).identifier).not.toBe(a.identifier);
    expect(extensions.isRegistered).toBe(true);
    expect(extensions.views).toMatchObject([
      { name: "a", kind: "external", state: "Registered", events: ["INVOKE", "SHUTDOWN"] },
      { name: "b", kind: "external", state: "Registered", events: [] },
    ]);
  });

  test("of a name that no file has is internal, and without SHUTDOWN", () => {
    const { extensions } = open();
    expect(() => extensions.register({ name: "i", events: ["SHUTDOWN"] })).toThrow("SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");
    expect(extensions.views).toEqual([]);
    extensions.register({ name: "i", events: ["INVOKE"] });
    expect(extensions.views).toMatchObject([{ name: "i", kind: "internal" }]);
  });

  test("is refused for events that do not exist, and changes nothing", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    const refusal = expect.objectContaining({ code: "Extension.InvalidEventType", message: "abc: ErrorInvalidEventType" });
    expect(() => extensions.register({ name: "a", events: ["INVOKE", "abc"] })).toThrow(refusal);
    expect(extensions.views).toMatchObject([{ state: "Started", events: [] }]);
  });

  test("twice is refused, in different words for external and internal ones", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    extensions.register({ name: "a", events: [] });
    extensions.register({ name: "i", events: [] });
    expect(() => extensions.register({ name: "a", events: [] })).toThrow(
      "State transition from Registered to Registered failed for extension a. Error: State transition is not allowed",
    );
    expect(() => extensions.register({ name: "i", events: [] })).toThrow("Extension with this name already registered");
  });

  test("is over for internal ones when the runtime is ready, until a reset", () => {
    const { extensions } = open();
    extensions.closeRegistration();
    expect(() => extensions.register({ name: "i", events: [] })).toThrow(expect.objectContaining({ code: "Extension.RegistrationClosed" }));
    extensions.clear();
    extensions.register({ name: "i", events: [] });
  });

  test("ends at ten, however they are made up", () => {
    const { extensions } = open();
    extensions.launch(["a", "b"]);
    for (let more = 0; more < 8; more += 1) extensions.register({ name: `i${more}`, events: [] });
    expect(() => extensions.register({ name: "i8", events: [] })).toThrow(
      expect.objectContaining({ code: "Extension.TooManyExtensions", message: "Extension limit (10) reached" }),
    );
    expect(extensions.failure).toBeUndefined();
    extensions.launch(["c"]);
    expect(extensions.views.at(-1)).toMatchObject({ name: "c", state: "LaunchError", errorType: "TooManyExtensions" });
    expect(extensions.failure).toBe("Extension.LaunchError");
  });
});

describe("an event", () => {
  test("reaches its subscribers only, and the environment waits for their next poll", () => {
    const { extensions, progress } = open();
    extensions.launch(["a", "b"]);
    const a = ready(extensions, "a", ["INVOKE"]);
    expect(extensions.isSettled).toBe(false);
    const b = ready(extensions, "b", ["SHUTDOWN"]);
    expect(extensions.isSettled).toBe(true);
    extensions.dispatch(invoke);
    expect([a.poll.events, b.poll.events]).toEqual([[invoke], []]);
    expect(extensions.isSettled).toBe(false);
    const before = progress.count;
    extensions.next(a.identifier, new TestPoll());
    expect(progress.count).toBe(before + 1);
    expect(extensions.isSettled).toBe(true);
  });

  test("waits for an extension that is busy, and the newest counts", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    const { identifier } = ready(extensions, "a", ["INVOKE", "SHUTDOWN"]);
    extensions.dispatch(invoke);
    extensions.dispatch(shutdown);
    const poll = new TestPoll();
    extensions.next(identifier, poll);
    expect(poll.events).toEqual([shutdown]);
    expect(stateOf(extensions, "a")).toBe("Running");
  });

  test("whose poll was lost goes to the next one", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    const { identifier, poll } = ready(extensions, "a", ["INVOKE"]);
    extensions.lost(identifier, poll);
    extensions.lost("nobody", poll);
    extensions.dispatch(invoke);
    expect(extensions.isSettled).toBe(false);
    const again = new TestPoll();
    extensions.next(identifier, again);
    expect([poll.events, again.events]).toEqual([[], [invoke]]);
  });

  test("is not asked for twice at once", () => {
    const { extensions } = open();
    const { identifier, poll } = ready(extensions, "i", ["INVOKE"]);
    expect(() => extensions.next(identifier, new TestPoll())).toThrow("from Ready to Ready failed");
    extensions.dispatch(invoke);
    expect(poll.events).toEqual([invoke]);
  });

  test("of SHUTDOWN is awaited of living external subscribers", () => {
    const { extensions } = open();
    expect(extensions.shutdownBudgetMs).toBe(0);
    ready(extensions, "i", ["INVOKE"]);
    expect(extensions.shutdownBudgetMs).toBe(500);
    extensions.launch(["a", "b", "c"]);
    expect(extensions.shutdownBudgetMs).toBe(2000);
    const a = ready(extensions, "a", ["SHUTDOWN"]);
    ready(extensions, "b", ["INVOKE"]);
    ready(extensions, "c", ["SHUTDOWN"]);
    extensions.exited("c");
    expect(extensions.shutdownSubscribers).toEqual(["a"]);
    extensions.dispatch(shutdown);
    expect(a.poll.events).toEqual([shutdown]);
    extensions.shutdownFailed("a");
    expect(stateOf(extensions, "a")).toBe("ShutdownFailed");
  });
});

describe("a failure", () => {
  test("is the one that was reported first, however the process ends", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    const { identifier } = extensions.register({ name: "a", events: [] });
    extensions.failInit(identifier, { errorType: "Extension.Mine" });
    extensions.failInit(identifier, { errorType: "Extension.Other" });
    expect(() => extensions.failExit(identifier, { errorType: "Extension.Other" })).toThrow("from InitError to Exited failed");
    expect(extensions.exited("a")).toBe("Extension.InitError");
    expect(extensions.views).toMatchObject([{ state: "InitError", errorType: "Extension.Mine" }]);
    expect(extensions.isSettled).toBe(false);
  });

  test("at exit lets go of a waiting poll", () => {
    const { extensions } = open();
    const { identifier, poll } = ready(extensions, "i", ["INVOKE"]);
    extensions.failExit(identifier, { errorType: "E" });
    expect(poll.faults).toMatchObject([
      { message: `State transition from ExitError to Ready failed for extension ${identifier}. Error: Concurrent state modification` },
    ]);
    extensions.dispatch(invoke);
    expect(poll.events).toEqual([]);
    expect(extensions.failure).toBe("Extension.ExitError");
  });

  test("is a crash when the process ends without a word", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    expect(extensions.exited("a")).toBe("Extension.Crash");
  });

  test("to start is named with its reason", () => {
    const { extensions } = open();
    extensions.launch(["a"]);
    extensions.launchFailed("a", "PermissionDenied");
    expect(extensions.isRegistered).toBe(true);
    expect(extensions.views).toMatchObject([{ state: "LaunchError", errorType: "PermissionDenied" }]);
    expect(extensions.failure).toBe("Extension.LaunchError");
  });

  test("is not possible for strangers", () => {
    const { extensions } = open();
    const unknown = (message: string): object => expect.objectContaining({ code: "Extension.UnknownExtensionIdentifier", message });
    expect(() => extensions.next("x", new TestPoll())).toThrow(unknown("Unknown extension x"));
    expect(() => extensions.failInit("x", { errorType: "E" })).toThrow(unknown("Unknown Lambda-Extension-Identifier"));
    expect(() => extensions.failExit("x", { errorType: "E" })).toThrow(unknown("Unknown Lambda-Extension-Identifier"));
  });
});
