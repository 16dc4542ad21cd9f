// Every state of an environment hears every event, over real sockets and from a real engine: the guest gets the status,
// type and words of the table, and no invoke is left hanging.
import { afterEach, describe, expect, test } from "vitest";
import { HttpEnvironment, outcomeOf, serve } from "../../../test/harness/http-environment.ts";
import { settle } from "../../../test/harness/engine.ts";
import type { Answer, RawClient } from "../../../test/harness/guest-http.ts";
import type { EnvironmentState, GuestEvent } from "./lifecycle.ts";

const opened: HttpEnvironment[] = [];

afterEach(async () => {
  for (const { engine } of opened.splice(0)) {
    const stopped = engine.engine.stop(0);
    await settle();
    engine.clock.advance(2000);
    await stopped;
  }
});

async function reach(state: EnvironmentState): Promise<HttpEnvironment> {
  const environment = new HttpEnvironment();
  opened.push(environment);
  await environment.reach(state);
  return environment;
}

/** What a guest may do that is not refused. */
const accepted: Readonly<Record<GuestEvent, string>> = {
  next: "waits",
  "response-begin": "100 Continue",
  response: '202 {"status":"OK"}',
  error: '202 {"status":"OK"}',
  "init-error": '202 {"status":"OK"}',
};

const events = Object.keys(accepted) as readonly GuestEvent[];

/** Where there is an event for whoever asks: the one that the init is for, or the one that is with the guest. */
const hasEvent: ReadonlySet<EnvironmentState> = new Set(["initialising", "reinitialising", "invoking"]);

const textOf = ({ status, body }: Answer): string => `${status} ${body}`;

async function streamed(begun: Promise<RawClient>): Promise<string> {
  const [head = "", body = ""] = (await (await begun).received(/Continue\r\n\r\n$|\}$/)).split("\r\n\r\n");
  return /^HTTP\/1\.1 (100 Continue)$/.exec(head)?.[1] ?? `${head.slice(9, 12)} ${body}`;
}

/** Of a poll that is answered at once the reply. */
async function polled(environment: HttpEnvironment): Promise<string> {
  const client = await environment.poll();
  const reply = await Promise.race([client.received(/\}$/), environment.seen().then(() => undefined)]);
  return reply === undefined ? "waits" : `${reply.slice(9, 12)} ${reply.split("\r\n\r\n")[1] ?? ""}`;
}

async function fire(environment: HttpEnvironment, event: GuestEvent): Promise<string> {
  const { requestId } = environment;
  switch (event) {
    case "next":
      return polled(environment);
    case "response-begin":
      return streamed(environment.beginResponse());
    case "response":
    case "error":
      return textOf(await environment.ask(`/invocation/${requestId}/${event}`, { body: "{}" }));
    case "init-error":
      return textOf(await environment.ask("/init/error", { body: "{}" }));
    default:
      return event satisfies never;
  }
}

/** AWS's words: what it calls the state, and the one that the event asks for. */
const refusal = (from: string, event: GuestEvent): string => {
  const asked: Readonly<Record<GuestEvent, string>> = {
    next: "Ready",
    "response-begin": "InvocationResponse",
    response: "InvocationResponse",
    error: "InvocationErrorResponse",
    "init-error": "InitError",
  };
  const errorMessage = `State transition from ${from} to ${asked[event]} failed for runtime. Error: State transition is not allowed`;
  return `403 ${JSON.stringify({ errorMessage, errorType: "InvalidStateTransition" })}`;
};

const table: readonly (readonly [EnvironmentState, string, readonly GuestEvent[]])[] = [
  ["initialising", "Started", ["next", "init-error"]],
  ["initialised", "Ready", ["next"]],
  ["idle", "Ready", ["next"]],
  ["invoking", "Running", ["next", "response-begin", "response", "error"]],
  // The rest of a response is the body of the request that began it.
  ["responding", "InvocationResponse", []],
  ["responded", "ResponseSent", ["next"]],
  ["held", "Ready", ["next"]],
  ["resetting", "Exited", []],
  ["reinitialising", "Started", ["next", "init-error"]],
  ["reinitialised", "Ready", ["next"]],
  ["stopping", "Exited", []],
];

describe.each(table)("a guest in state %s (%s)", (state, name, allowed) => {
  test.each(events)("says %s", async (event) => {
    const environment = await reach(state);
    const allowedReply = event === "next" && hasEvent.has(state) ? "200 {}" : accepted[event];
    const expected = allowed.includes(event) ? allowedReply : refusal(name, event);
    expect(await fire(environment, event)).toBe(expected);
  });
});

describe.each<EnvironmentState>(["reset", "stopped"])("a guest in state %s", (state) => {
  test.each(events)("finds nobody for %s", async (event) => {
    const environment = await reach(state);
    await expect(fire(environment, event)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up|closed after: $/);
  });
});

describe("a whole response inside a streamed one", () => {
  test("is refused, and the stream goes on", async () => {
    const environment = await reach("invoking");
    const stream = await environment.beginResponse();
    expect(await fire(environment, "response")).toBe(refusal("InvocationResponse", "response"));
    expect(await fire(environment, "error")).toBe(refusal("InvocationResponse", "error"));
    await stream.write('6\r\n"done"\r\n0\r\n\r\n');
    expect(await environment.outcome).toBe("done");
  });
});

type HostEvent = "exit" | "timeout" | "stop";

/** What becomes of the invoke that is under way, or was last. */
const ends: readonly (readonly [EnvironmentState, Readonly<Partial<Record<HostEvent, string>>>])[] = [
  // Init is tried again inside the invoke.
  ["initialising", { exit: "done", timeout: "done", stop: "ServiceException" }],
  ["initialised", { exit: "done", timeout: "done", stop: "ServiceException" }],
  // Nothing is limited here.
  ["idle", { exit: "first", stop: "first" }],
  ["invoking", { exit: "Runtime.ExitError", timeout: "Sandbox.Timedout", stop: "ServiceException" }],
  ["responding", { exit: "Runtime.ExitError", timeout: "Sandbox.Timedout", stop: "ServiceException" }],
  ["responded", { exit: "first", timeout: "first", stop: "first" }],
  ["held", { exit: "first", timeout: "first", stop: "first" }],
  ["resetting", { exit: "first", timeout: "first", stop: "first" }],
  ["reset", { exit: "Sandbox.Timedout", timeout: "Sandbox.Timedout", stop: "Sandbox.Timedout" }],
  ["reinitialising", { exit: "Runtime.ExitError", timeout: "Sandbox.Timedout", stop: "ServiceException" }],
  ["reinitialised", { exit: "Runtime.ExitError", timeout: "Sandbox.Timedout", stop: "ServiceException" }],
];

const endings = ends.flatMap(([state, outcomes]) => Object.entries(outcomes).map(([event, outcome]) => [state, event, outcome] as const));

describe("an environment", () => {
  test.each(endings.filter(([, event]) => event !== "stop"))("in state %s goes on after %s: %s", async (state, event, expected) => {
    const environment = await reach(state);
    const { engine, outcome } = environment;
    engine.driver.onStart = (guest) => void serve(guest);
    if (event === "exit") environment.guest.exit({ exitCode: 1 });
    // Ten seconds of init, or three of an invoke; then, if need be, the time to shut down.
    else engine.clock.advance(state === "initialising" || state === "initialised" ? 10_000 : 3000);
    await settle();
    engine.clock.advance(2000);
    expect(await outcome).toBe(expected);
    expect(await outcomeOf(engine.invoke("f"))).toBe("done");
  });

  test.each([
    ["responded", "timeout", "Status: timeout"],
    ["responded", "exit", "Status: error\tError Type: Runtime.ExitError"],
    ["held", "timeout", "Status: timeout"],
    ["held", "exit", "Status: error\tError Type: Runtime.ExitError"],
  ] as const)("in state %s tells in its log of the %s of an invoke whose caller has the answer", async (state, event, expected) => {
    const { engine, guest, outcome } = await reach(state);
    if (event === "exit") guest.exit({ exitCode: 1 });
    else engine.clock.advance(3000);
    await settle();
    engine.clock.advance(2000);
    expect(await outcome).toBe("first");
    const words = event === "exit" ? "Error: Runtime exited with error: exit status 1" : "Task timed out after 3.00 seconds";
    await expect.poll(() => engine.logs.lines.join("\n"), { interval: 5 }).toMatch(new RegExp(`${words}\n(?:.*\n)*REPORT .*${expected}\t$`));
    const duration = event === "timeout" ? "3000.00" : "0.00";
    expect(engine.logs.lines.find((line) => line.startsWith("REPORT"))).toContain(`Duration: ${duration} ms`);
  });

  test.each(endings.filter(([, event]) => event === "stop"))("in state %s lets go of its invoke at %s: %s", async (state, _, expected) => {
    const { engine, outcome } = await reach(state);
    const stopped = engine.engine.stop(0);
    await settle();
    engine.clock.advance(2000);
    await stopped;
    expect(await outcome).toBe(expected);
    expect(engine.driver.running).toEqual([]);
  });
});
