import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { functionId, functionVersion, settle, startTestEngine, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { DebugEvent } from "./debugging.ts";

/** A Java, say, whose inspector port is among its arguments. */
const runtime: Runtime = {
  id: "java21",
  channel: "framed",
  runtimeDir: undefined,
  languageDir: undefined,
  version: "java:21.v1",
  versionHash: "ab".repeat(32),
  launch: ({ inspectorPort }) => ({ program: "/bin/true", args: inspectorPort === undefined ? [] : [String(inspectorPort)], environment: {} }),
  inspector: { protocol: "jdwp", usualPort: 25_005 },
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Debugged extends TestEngine {
  readonly events: DebugEvent[];
  readonly end: () => void;
}

/** An engine whose guests get ready at once and answer when they are told to. */
async function debugged(name = "f"): Promise<Debugged> {
  const started = startTestEngine({ runtime });
  started.catalog.put(functionVersion("f"));
  started.catalog.put(functionVersion("g"));
  started.driver.onStart = (guest) => guest.next();
  const ending = new AbortController();
  const events: DebugEvent[] = [];
  const feed = await started.engine.tools.debugging.open({ function: functionId(name), qualifier: undefined, port: undefined, signal: ending.signal });
  void (async () => {
    for await (const event of feed) events.push(event);
  })();
  cleanups.push(() => ending.abort());
  return { ...started, events, end: () => ending.abort() };
}

const listening = async ({ events }: Debugged, count = 1): Promise<number> => {
  await expect.poll(() => events.filter(({ kind }) => kind === "listening").length).toBe(count);
  return events.findLast(({ kind }) => kind === "listening")?.port ?? 0;
};

/** Plays the inspector of the guest that was started last: greets whoever comes, and sends back what it is told. */
async function playInspector({ driver }: Debugged, greeting: string): Promise<void> {
  const server = createServer((socket) => {
    socket.write(greeting);
    socket.pipe(socket);
  });
  server.listen(Number(driver.last.launch.args[0]), "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
}

async function attach(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  cleanups.push(() => socket.destroy());
  await once(socket, "data");
  return socket;
}

describe("debugging", () => {
  test("starts an environment with an inspector at once, and invokes use it", async () => {
    const engine = await debugged();
    await listening(engine);
    await settle();
    engine.driver.last.onInvoke = ({ meta }) => engine.driver.last.respond(meta["requestId"], '"ok"');
    expect(textOf((await engine.invoke("f")).payload)).toBe('"ok"');
    expect(engine.driver.guests).toHaveLength(1);
    expect(engine.events).toMatchObject([{ kind: "listening", version: "$LATEST", protocol: "jdwp", taskRoot: "/var/task" }]);
  });

  test("leaves other functions alone", async () => {
    const engine = await debugged();
    await listening(engine);
    void engine.invoke("g").catch(() => undefined);
    await expect.poll(() => engine.driver.guests.length).toBe(2);
    expect(engine.driver.last.launch.args).toEqual([]);
  });

  test("suspends the timeout of an invoke while a debugger is attached, no longer", async () => {
    const engine = await debugged();
    const port = await listening(engine);
    await settle();
    await playInspector(engine, "JDWP-Handshake");
    const outcome = engine.invoke("f");
    await settle();
    const socket = await attach(port);
    await expect.poll(() => engine.events.at(-1)?.kind).toBe("attached");
    engine.clock.advance(3_600_000);
    await settle();
    expect(engine.driver.last.ended).toBe(false);
    socket.destroy();
    await expect.poll(() => engine.events.at(-1)?.kind).toBe("detached");
    engine.clock.advance(2999);
    await settle();
    expect(engine.driver.last.ended).toBe(false);
    engine.clock.advance(1);
    expect(JSON.parse(textOf((await outcome).payload))).toMatchObject({ errorType: "Sandbox.Timedout" });
  });

  test("takes nobody for a debugger whom the inspector does not greet as one", async () => {
    const engine = await debugged();
    const port = await listening(engine);
    await settle();
    await playInspector(engine, "HTTP/1.0 200 OK\r\n\r\n");
    const socket = await attach(port);
    socket.write("echo");
    await once(socket, "data");
    expect(engine.events.map(({ kind }) => kind)).toEqual(["listening"]);
  });

  test("lets a debugger wait for an inspector that is still starting", async () => {
    const engine = await debugged();
    const port = await listening(engine);
    await settle();
    const attached = attach(port);
    // Refused so far, again and again.
    const waiting = setInterval(() => engine.clock.advance(20), 5);
    cleanups.push(() => clearInterval(waiting));
    await settle();
    await playInspector(engine, "JDWP-Handshake");
    await attached;
    await expect.poll(() => engine.events.at(-1)?.kind).toBe("attached");
  });

  test("an invoke that runs when it begins goes on where it is; when it ends, environments are plain again", async () => {
    const engine = startTestEngine({ runtime });
    engine.catalog.put(functionVersion("f"));
    engine.driver.onStart = (guest) => guest.next();
    const before = engine.invoke("f");
    await settle();
    const [plain] = engine.driver.guests;
    const ending = new AbortController();
    const feed = await engine.engine.tools.debugging.open({ function: functionId("f"), qualifier: undefined, port: undefined, signal: ending.signal });
    await expect.poll(() => engine.driver.guests.length).toBe(2);
    expect(plain?.ended).toBe(false);
    plain?.respond(plain.invokes[0]?.meta["requestId"], '"before"');
    plain?.next();
    expect(textOf((await before).payload)).toBe('"before"');
    await expect.poll(() => plain?.ended).toBe(true);
    ending.abort();
    await expect.poll(() => engine.driver.running).toEqual([]);
    void engine.invoke("f").catch(() => undefined);
    await expect.poll(() => engine.driver.running.length).toBe(1);
    expect(engine.driver.last.launch.args).toEqual([]);
    const events: unknown[] = [];
    for await (const event of feed) events.push(event);
    expect(events).toMatchObject([{ kind: "listening" }]);
  });

  test("does not end what is idle while somebody may be attached", async () => {
    const engine = await debugged();
    await listening(engine);
    await settle();
    for (let minutes = 0; minutes < 60; minutes += 1) engine.clock.advance(60_000);
    await settle();
    expect(engine.driver.running).toHaveLength(1);
    engine.end();
    await expect.poll(() => engine.driver.running).toEqual([]);
  });

  test("keeps as many environments ready as are provisioned", async () => {
    const engine = startTestEngine({ runtime });
    engine.catalog.put(functionVersion("f"));
    engine.driver.onStart = (guest) => guest.next();
    engine.engine.start();
    engine.catalog.account.provision("f", "$LATEST", { functionName: "f", qualifier: "$LATEST", executions: 2, lastModifiedMs: 0, allocationId: "wish" });
    await expect.poll(() => engine.driver.running.length).toBe(2);
    const argumentsOf = (): number => engine.driver.running.filter(({ launch }) => launch.args.length > 0).length;
    const available = (): number | undefined => engine.engine.provisioned(functionId("f"), "wish")?.available;
    const ending = new AbortController();
    await engine.engine.tools.debugging.open({ function: functionId("f"), qualifier: undefined, port: undefined, signal: ending.signal });
    // And one for whoever comes first.
    await expect.poll(() => [engine.driver.running.length, argumentsOf(), available()]).toEqual([3, 3, 2]);
    ending.abort();
    await expect.poll(() => [engine.driver.running.length, argumentsOf(), available()]).toEqual([2, 0, 2]);
  });

  test("is for one at a time, and for languages that have an inspector", async () => {
    const engine = await debugged();
    const again = (): Promise<unknown> => engine.engine.tools.debugging.open({ function: functionId("f"), qualifier: undefined, port: undefined, signal: new AbortController().signal });
    await expect(again()).rejects.toMatchObject({ code: "DebuggedAlready" });
    const { engine: other, catalog } = startTestEngine();
    catalog.put(functionVersion("f"));
    await expect(other.tools.debugging.open({ function: functionId("f"), qualifier: undefined, port: undefined, signal: new AbortController().signal })).rejects.toMatchObject({ code: "InspectorUnknown" });
  });
});
